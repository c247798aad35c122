"""Things: one event of a life or a business as a folder of standard files, read into a typed record and held against itself."""
