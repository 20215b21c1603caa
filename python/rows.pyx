# cython: language_level=3, boundscheck=False, wraparound=False, freethreading_compatible=True
"""Python objects to columns: the one thing that is slow in Python and awkward in C++."""

from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact
from libc.math cimport NAN
from libc.stdint cimport uint32_t

from adcore.errors import DataError

# Other packages' words for "missing", known by name so that none of them need be imported.
cdef frozenset MISSING = frozenset({"NAType", "NaTType"})


cdef object not_a_number(object value, Py_ssize_t row, object column):
    """The error for a value that cannot be made a number, with the place it stands."""
    kind = "text" if isinstance(value, (str, bytes)) else type(value).__name__
    if isinstance(value, int):
        return DataError(f"row {row}, column {column!r}: the integer is too large for float64")
    shown = repr(value)
    if len(shown) > 40:
        shown = shown[:37] + "..."
    return DataError(f"row {row}, column {column!r}: {shown} is {kind}, not a number")


cdef double to_number(object value, Py_ssize_t row, object column) except? -1.5:
    """One value as float64: None and other packages' missing values are NaN, text is refused."""
    if PyFloat_CheckExact(value):
        return PyFloat_AS_DOUBLE(value)
    if value is None or type(value).__name__ in MISSING:
        return NAN
    if isinstance(value, (str, bytes)):
        raise not_a_number(value, row, column)
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise not_a_number(value, row, column) from None


cdef object to_label(object value):
    """The text that stands for a key: the value itself if it is text, None if it is missing."""
    if type(value) is str:
        return value
    if value is None or type(value).__name__ in MISSING:
        return None
    if PyFloat_CheckExact(value) and value != value:
        return None
    return str(value)


def fill_numbers(object values, double[:] out, object column):
    """Write each of ``values`` into ``out``; errors name ``column`` and the row."""
    cdef Py_ssize_t row
    for row in range(out.shape[0]):
        out[row] = to_number(values[row], row, column)


def fill_matrix(object[:, :] values, double[:, ::1] out):
    """Write the objects of a table into ``out``; errors name row and column."""
    cdef Py_ssize_t row, column
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            out[row, column] = to_number(values[row, column], row, column)


def fill_from_dicts(list rows, tuple fields, double[:, ::1] out):
    """Write one row per dict into ``out``; absent fields are NaN.

    Returns, per field, the number of rows that have it.
    """
    cdef Py_ssize_t row, column
    cdef Py_ssize_t width = len(fields)
    cdef list found = [0] * width
    cdef object record, value, field
    for row in range(out.shape[0]):
        record = rows[row]
        for column in range(width):
            field = fields[column]
            if field in record:
                value = record[field]
                found[column] += 1
                out[row, column] = to_number(value, row, field)
            else:
                out[row, column] = NAN
    return found


def intern(object values, uint32_t[:] codes):
    """Number the distinct ``values`` in order of first sight; write each one's number into ``codes``.

    Returns the texts, by number. Values are equal when their texts are; what is missing is ``None``.
    """
    cdef dict numbers = {}
    cdef list labels = []
    cdef Py_ssize_t row
    cdef object label, number
    for row in range(codes.shape[0]):
        label = to_label(values[row])
        number = numbers.get(label)
        if number is None:
            number = len(labels)
            numbers[label] = number
            labels.append(label)
        codes[row] = number
    return labels
