//! Trace ids, span ids and trace flags to quoted text, in the form of each backend.

use super::Written;
use super::number::encode_u64;

/// 32 hex digits, quoted (W3C Trace Context).
pub fn trace_id(value: u128) -> [u8; 34] {
    quoted_hex(&value.to_be_bytes())
}

/// 16 hex digits, quoted (W3C Trace Context).
pub fn span_id(value: u64) -> [u8; 18] {
    quoted_hex(&value.to_be_bytes())
}

/// Two hex digits, quoted (W3C Trace Context).
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

/// The number whose digits `span_id` wrote, and those of half a trace id.
pub fn number_of(hex: &[u8]) -> u64 {
    let digit = |byte: u8| {
        u64::from(if byte > b'9' {
            byte - b'a' + 10
        } else {
            byte - b'0'
        })
    };
    hex.iter()
        .fold(0, |number, &byte| number << 4 | digit(byte))
}

/// Decimal digits, quoted, of an id that `span_id` wrote.
pub fn decimal(out: &mut Vec<u8>, span_id: &[u8; 18]) -> Written {
    decimal_of(out, &span_id[1..17])
}

/// Decimal digits where the id that `trace_id` wrote fits into 64 bits, else the 32 digits, quoted.
pub fn datadog(out: &mut Vec<u8>, trace_id: &[u8; 34]) -> Written {
    if trace_id[1..17] == *b"0000000000000000" {
        return decimal_of(out, &trace_id[17..33]);
    }
    out.try_reserve(trace_id.len())?;
    out.extend_from_slice(trace_id);
    Ok(())
}

/// `1-`, 8 hex digits, `-` and 24 hex digits, quoted (AWS X-Ray).
pub fn xray(out: &mut Vec<u8>, trace_id: &[u8; 34]) -> Written {
    out.try_reserve(40)?;
    out.extend_from_slice(b"\"1-");
    out.extend_from_slice(&trace_id[1..9]);
    out.push(b'-');
    out.extend_from_slice(&trace_id[9..]);
    Ok(())
}

/// Trace flags as a number.
pub fn number(out: &mut Vec<u8>, trace_flags: [u8; 4]) -> Written {
    encode_u64(out, number_of(&trace_flags[1..3]))
}

/// Whether the sampled flag is set.
pub fn sampled(trace_flags: [u8; 4]) -> &'static [u8] {
    if number_of(&trace_flags[2..3]) & 1 == 1 {
        b"true"
    } else {
        b"false"
    }
}

fn decimal_of(out: &mut Vec<u8>, hex: &[u8]) -> Written {
    out.try_reserve(24)?;
    out.push(b'"');
    encode_u64(out, number_of(hex))?;
    out.try_reserve(1)?;
    out.push(b'"');
    Ok(())
}
