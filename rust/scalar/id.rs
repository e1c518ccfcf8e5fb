//! Trace ids, span ids and trace flags to quoted lower-case hex (W3C Trace Context).

/// 32 hex digits, quoted.
pub fn trace_id(value: u128) -> [u8; 34] {
    quoted_hex(&value.to_be_bytes())
}

/// 16 hex digits, quoted.
pub fn span_id(value: u64) -> [u8; 18] {
    quoted_hex(&value.to_be_bytes())
}

/// Two hex digits, quoted.
pub fn trace_flags(value: u8) -> [u8; 4] {
    quoted_hex(&[value])
}

fn quoted_hex<const N: usize>(bytes: &[u8]) -> [u8; N] {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut text = [b'"'; N];
    for (pair, byte) in text[1..N - 1].chunks_exact_mut(2).zip(bytes) {
        pair[0] = HEX[usize::from(byte >> 4)];
        pair[1] = HEX[usize::from(byte & 0xf)];
    }
    text
}
