"""Pure functions on galaxy data: values in, values out."""
