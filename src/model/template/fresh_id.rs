//! The id of a new session: a UUID, because agents know their sessions by one (research/seeds.md 1.6).

use jiff::Timestamp;

/// A UUID of version 4, made from a time and a number that differs between consoles and between calls. It only has to differ
/// from others: the name that is made of it is looked up on the host, and taken by one creation only.
pub fn fresh_id(now: Timestamp, salt: u64) -> String {
    // The finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    let mix = |mut z: u64| {
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let nanoseconds = now.as_nanosecond().to_le_bytes();
    let time = u64::from_le_bytes(std::array::from_fn(|at| nanoseconds[at]));
    let high = mix(time.wrapping_add(mix(salt)));
    let low = mix(high.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ salt);
    let (high, low) = ((high & !0xf000) | 0x4000, (low & !(0b11 << 62)) | (0b10 << 62));
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::fresh_id;
    use jiff::Timestamp;
    use std::collections::HashSet;

    #[test]
    fn ids_have_the_form_of_a_uuid_and_differ_by_time_and_by_console() {
        let now: Timestamp = "2026-11-21T01:30:00Z".parse().unwrap();
        let later = now + jiff::SignedDuration::from_nanos(1);
        let ids: HashSet<_> = [(now, 0), (now, 1), (later, 0), (later, 1)]
            .map(|(at, salt)| fresh_id(at, salt))
            .into();
        assert_eq!(ids.len(), 4);
        for id in ids {
            let parts: Vec<_> = id.split('-').map(str::len).collect();
            assert_eq!(parts, [8, 4, 4, 4, 12], "{id}");
            assert_eq!(&id[14..15], "4", "{id}");
            assert!("89ab".contains(&id[19..20]), "{id}");
        }
    }
}
