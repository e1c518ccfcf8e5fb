/// What `attributes_of` is without `unsafe`: the object's type is asked.
pub fn attributes_of<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let found = object.getattr(pyo3::intern!(object.py(), "__dict__"))?;
    Ok(found.cast_into::<PyDict>()?)
}
