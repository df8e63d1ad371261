"""What looks need of pixels: `finished` makes the files of a result, `xmp` says in them what they were made of."""
