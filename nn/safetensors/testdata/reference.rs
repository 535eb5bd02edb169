// Writes and reads .safetensors files with the reference implementation, the crate safetensors:
//
//	reference write FILE    write a small file of several types
//	reference read FILE...  print what files hold, a line a tensor: name, type, shape, bytes in hexadecimal; or why they are refused
//
// It is the main.rs of a program whose one dependency is that crate. reference.safetensors is what the first wrote with the crate's
// version 0.8.0-dev.0 (commit 24b0b28 of github.com/huggingface/safetensors).
use std::collections::HashMap;

use safetensors::tensor::{Dtype, TensorView};
use safetensors::{serialize, SafeTensors};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    match args[1].as_str() {
        "write" => std::fs::write(&args[2], sample()).unwrap(),
        "read" => args[2..].iter().for_each(|name| read(name)),
        _ => panic!("write or read"),
    }
}

fn sample() -> Vec<u8> {
    let f32s: Vec<u8> = [0.5f32, -1.25, 3.0, 1e-3, f32::MAX, f32::NEG_INFINITY].iter().flat_map(|x| x.to_le_bytes()).collect();
    let bias: Vec<u8> = [0.1f32, 0.2, 0.3].iter().flat_map(|x| x.to_le_bytes()).collect();
    let f64s: Vec<u8> = [std::f64::consts::PI, -2.5].iter().flat_map(|x| x.to_le_bytes()).collect();
    let f16s: Vec<u8> = [0x3c00u16, 0xc000, 0x3555, 0x0001].iter().flat_map(|x| x.to_le_bytes()).collect();
    let bf16s: Vec<u8> = [0x3f80u16, 0xc000, 0x3eab, 0x7f80].iter().flat_map(|x| x.to_le_bytes()).collect();
    let i64s: Vec<u8> = [7i64, -8].iter().flat_map(|x| x.to_le_bytes()).collect();
    let bools: Vec<u8> = vec![1, 0, 1];
    let tensors = vec![
        ("layer.weight", TensorView::new(Dtype::F32, vec![2, 3], &f32s).unwrap()),
        ("layer.bias", TensorView::new(Dtype::F32, vec![3], &bias).unwrap()),
        ("double", TensorView::new(Dtype::F64, vec![2, 1], &f64s).unwrap()),
        ("half", TensorView::new(Dtype::F16, vec![4], &f16s).unwrap()),
        ("brain", TensorView::new(Dtype::BF16, vec![2, 2], &bf16s).unwrap()),
        ("steps", TensorView::new(Dtype::I64, vec![2], &i64s).unwrap()),
        ("mask", TensorView::new(Dtype::BOOL, vec![3], &bools).unwrap()),
        ("scalar \"π\"", TensorView::new(Dtype::F32, vec![], &f32s[..4]).unwrap()),
        ("empty", TensorView::new(Dtype::F32, vec![0, 5], &[]).unwrap()),
    ];
    let metadata = HashMap::from([("format".to_string(), "reference\n<1>".to_string())]);
    serialize(tensors, Some(metadata)).unwrap()
}

fn read(name: &str) {
    let file = std::fs::read(name).unwrap();
    let tensors = match SafeTensors::deserialize(&file) {
        Ok(t) => t,
        Err(e) => {
            println!("{name}: refused: {e}");
            return;
        }
    };
    let (_, header) = SafeTensors::read_metadata(&file).unwrap();
    if let Some(m) = header.metadata() {
        let mut pairs: Vec<_> = m.iter().collect();
        pairs.sort();
        for (k, v) in pairs {
            println!("metadata {k:?} {v:?}");
        }
    }
    for name in header.offset_keys() {
        let t = tensors.tensor(&name).unwrap();
        let hex: String = t.data().iter().map(|b| format!("{b:02x}")).collect();
        println!("{name} {:?} {:?} {hex}", t.dtype(), t.shape());
    }
}
