"""What people bring as a dataset: pictures in folders, or arrays, in a ZIP, a tar, a folder or as they are.

files                   the bytes          -> files with names
folder_layout           the folders        -> which picture is of which split and class, and what is ambiguous
arrays, idx_files, csv_files, numpy_files  -> tables of pictures with labels
pictures                either of the two  -> pictures, each with its split and class
build                   all of that        -> a dataset, and what was understood (understanding, summary)
worker, worker_process  the same, in a process of its own with bounds on time and memory, kept only when told
"""
