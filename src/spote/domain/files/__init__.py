"""Files: bytes that people and agents upload, and that notes refer to."""

from spote.domain.files.exporting import (
    FOLDER,
    INDEX,
    add_files_to_archive,
    exported_path,
    files_to_export,
    index_of,
)
from spote.domain.files.kinds import SHOWN
from spote.domain.files.model import ReceivedFile, StoredFile, Upload, UploadedFile, safe_filename
from spote.domain.files.receiving import Receiver, file_too_large
from spote.domain.files.service import (
    abandon_upload,
    begin_upload,
    carry_over_files,
    count_files,
    due_blobs,
    expect_blobs,
    find_same_file,
    finish_upload,
    forget_blob,
    forget_files,
    get_file,
    list_all_files,
    list_own_files,
    sweep_files,
)

__all__ = [
    "FOLDER",
    "INDEX",
    "SHOWN",
    "ReceivedFile",
    "Receiver",
    "StoredFile",
    "Upload",
    "UploadedFile",
    "abandon_upload",
    "add_files_to_archive",
    "begin_upload",
    "carry_over_files",
    "count_files",
    "due_blobs",
    "expect_blobs",
    "exported_path",
    "file_too_large",
    "files_to_export",
    "find_same_file",
    "finish_upload",
    "forget_blob",
    "forget_files",
    "get_file",
    "index_of",
    "list_all_files",
    "list_own_files",
    "safe_filename",
    "sweep_files",
]
