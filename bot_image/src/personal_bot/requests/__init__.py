"""The life of a request: journalled, admitted, run, shown and answered."""
