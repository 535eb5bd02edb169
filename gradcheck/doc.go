package gradcheck
