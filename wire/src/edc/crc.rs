//! The frame check: CRC-16/XMODEM, chosen because every language has it at hand (Python: `binascii.crc_hqx(data, 0)`).

use crc::{CRC_16_XMODEM, Crc, Table};

/// Sixteen bytes a step: the check is what decoding and encoding spend their time on.
const XMODEM: Crc<u16, Table<16>> = Crc::<u16, Table<16>>::new(&CRC_16_XMODEM);

/// CRC-16/XMODEM (polynomial 1021, initial value 0) of the bytes.
#[must_use]
pub fn crc16_xmodem(bytes: &[u8]) -> u16 {
    XMODEM.checksum(bytes)
}

/// The same of pieces, as if they were one.
pub(super) fn crc16_xmodem_of<const N: usize>(pieces: [&[u8]; N]) -> u16 {
    let mut digest = XMODEM.digest();
    for piece in pieces {
        digest.update(piece);
    }
    digest.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_check_value_is_31c3() {
        assert_eq!(crc16_xmodem(b"123456789"), 0x31c3);
        assert_eq!(crc16_xmodem(b""), 0);
        assert_eq!(crc16_xmodem_of([b"12", b"", b"3456789"]), 0x31c3);
    }
}
