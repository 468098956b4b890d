"""Documents of office suites: zips of XML parts."""
