//! What a cardholder draws: a bitmap as signature pads make them, one bit a dot.

/// How wide and how high, in dots.
const SIZE: (u16, u16) = (128, 64);
/// The headers of the format and its two colours.
const HEAD: u16 = 14 + 40 + 8;
const ROW: u16 = SIZE.0 / 8;

/// A bitmap file (BMP): a line that swings with the number, the same for the same number.
pub(crate) fn draw(number: u64) -> Vec<u8> {
    let dots = ROW * SIZE.1;
    let mut file = b"BM".to_vec();
    for word in [u32::from(HEAD + dots), 0, u32::from(HEAD), 40, u32::from(SIZE.0), u32::from(SIZE.1)] {
        file.extend(word.to_le_bytes());
    }
    // One plane of one bit a dot, not compressed, 200 dots an inch; two colours, black on white.
    file.extend([1, 0, 1, 0]);
    for word in [0, u32::from(dots), 7_874, 7_874, 2, 2, 0x00ff_ffff, 0x0000_0000] {
        file.extend(word.to_le_bytes());
    }
    let mut picture = vec![0_u8; usize::from(dots)];
    let mut height = 32_u64;
    let mut swing = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for x in 0..u64::from(SIZE.0) {
        swing = swing.rotate_left(7).wrapping_mul(5).wrapping_add(x);
        height = (height + swing % 7).saturating_sub(3).clamp(2, u64::from(SIZE.1) - 3);
        for thickness in 0..2 {
            let at = (height + thickness) * u64::from(ROW) + x / 8;
            if let Some(byte) = usize::try_from(at).ok().and_then(|at| picture.get_mut(at)) {
                *byte |= 0x80 >> (x % 8);
            }
        }
    }
    file.extend(picture);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_a_bitmap_file_of_the_size_it_says() {
        let file = draw(1);
        assert_eq!(file.len(), 1_086);
        assert_eq!(&file[..2], b"BM");
        let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
        assert_eq!((word(2), word(10), word(18), word(22)), (1_086, 62, 128, 64));
        let black: u32 = file[62..].iter().map(|byte| byte.count_ones()).sum();
        assert_eq!(black, 256, "two dots in each column");
        assert_ne!(file, draw(2));
    }
}
