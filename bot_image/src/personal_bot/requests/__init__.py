"""Requests of people: journalled, admitted, run, remembered."""
