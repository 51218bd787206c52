"""What people bring as a dataset: pictures in folders, or arrays, in a ZIP, a tar, a folder or as they are.

files.open_files     the bytes          -> files with names
folder_layout        the folders        -> which picture is of which split and class
idx, csv, npz        files of arrays    -> the same
build.build          all of that        -> a dataset, and what was understood, to be looked at before it is kept
worker(_process)     all of that, in a process of its own with bounds on time and memory
"""
