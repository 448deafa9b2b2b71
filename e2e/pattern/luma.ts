/** A picture's brightness, one byte per pixel, rows `stride` bytes apart. */
export interface Luma {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly stride: number;
}

/** The brightness of an RGBA picture (as `CanvasRenderingContext2D.getImageData` gives it), BT.601 weights. */
export function lumaOfRgba(rgba: Uint8ClampedArray, width: number, height: number): Luma {
  const data = new Uint8Array(width * height);
  for (let pixel = 0, offset = 0; pixel < data.length; pixel += 1, offset += 4) {
    const red = rgba[offset] ?? 0;
    const green = rgba[offset + 1] ?? 0;
    const blue = rgba[offset + 2] ?? 0;
    data[pixel] = (red * 77 + green * 150 + blue * 29) >> 8;
  }
  return { data, width, height, stride: width };
}
