"""Results of a look as files for others: `filenames` says how they are called, `written` what was written before."""
