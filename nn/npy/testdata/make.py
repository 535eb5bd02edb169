# Writes numpy.npz with NumPy, the same bytes each time: python3 make.py numpy.npz
# The one that is here was written with NumPy 1.24.2.
import io
import sys
import zipfile

import numpy as np
from numpy.lib import format

archive = zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED)


def save(name, array, version=None):
    file = io.BytesIO()
    format.write_array(file, array, version=version)
    archive.writestr(zipfile.ZipInfo(name + '.npy'), file.getvalue(), zipfile.ZIP_DEFLATED)


signed = np.arange(24).reshape(2, 3, 4) * 5 - 60
unsigned = np.arange(24).reshape(2, 3, 4) * 11
for t in '|i1 <i2 >i2 <i4 >i4 <i8 >i8'.split():
    save(t[1:] + {'<': 'le', '>': 'be', '|': ''}[t[0]], signed.astype(t))
for t in '|u1 <u2 >u2 <u4 >u4 <u8 >u8'.split():
    save(t[1:] + {'<': 'le', '>': 'be', '|': ''}[t[0]], unsigned.astype(t))
for t in '<f2 >f2 <f4 >f4 <f8 >f8'.split():
    save(t[1:] + {'<': 'le', '>': 'be', '|': ''}[t[0]], (signed / 4).astype(t))
save('b1', signed % 3 == 0)
save('fortran', np.asfortranarray((signed / 4).astype('<f4')))
save('fortran8be', np.asfortranarray((signed / 4).astype('>f8')))
save('scalar', np.array(2.5))
save('vector', np.array([1.5, -2, np.inf, np.nan, -0.0]))
save('empty', np.zeros((3, 0, 2), '<f4'))
save('version2', (signed / 4).astype('<f4'), (2, 0))
save('version3', (signed / 4).astype('<f4'), (3, 0))
save('complex', np.array([1j]))
save('text', np.array(['ab']))
save('date', np.array(['2001-02-03'], dtype='M8[D]'))
save('record', np.array([(1, 2.)], dtype=[('a', '<i4'), ('b', '<f8')]))
archive.close()
