/// What `attributes_of` is without `unsafe`.
pub fn attributes_of<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    object.getattr(pyo3::intern!(object.py(), "__dict__"))
}
