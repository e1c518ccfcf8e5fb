/// What `take_items` is without `unsafe`: benches/ffi.py puts it in the place of the one in rust/ffi.rs.
pub fn take_items<'py>(
    dict: &Bound<'py, PyDict>,
    expected: &[Expected],
    slots: &mut [Option<Bound<'py, PyAny>>],
    rest: &mut Pairs<'py>,
) {
    let mut expected = expected.iter();
    let mut awaited = expected.next();
    for (key, value) in dict.iter() {
        if let Some((name, slot)) = awaited
            && name.is(&key)
        {
            awaited = expected.next();
            if let Some(slot) = slots.get_mut(*slot)
                && slot.is_none()
            {
                *slot = Some(value);
            }
        } else {
            awaited = None;
            rest.push((key, value));
        }
    }
}
