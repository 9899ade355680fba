"""Imports from the library that is embedded in the program.

The library's folder (sys._stdlib_dir) need not exist: a path hook answers for it and for the folders of its packages.
"""

import _frozen_importlib
import _frozen_importlib_external
import _taipan
import sys

_find = _taipan.library_find
_spec = _frozen_importlib.ModuleSpec
_call_with_frames_removed = _frozen_importlib._call_with_frames_removed


class LibraryLoader(_frozen_importlib_external._LoaderBasics):
    """Loads a module of the embedded library."""

    def __init__(self, name, path, library_name):
        self.name = name
        self.path = path
        self._library_name = library_name

    def __repr__(self):
        return f'{type(self).__name__}({self.name!r}, {self.path!r})'

    def __eq__(self, other):
        return self.__class__ == other.__class__ and self.__dict__ == other.__dict__

    def __hash__(self):
        return hash(self.name) ^ hash(self.path)

    def exec_module(self, module):
        code = _taipan.library_code(self._library_name, self.path)
        _call_with_frames_removed(exec, code, module.__dict__)

    def is_package(self, fullname):
        return bool(_find(self._library_name))

    def get_code(self, fullname):
        return _taipan.library_code(self._library_name, self.path)

    def get_source(self, fullname):
        return _taipan.library_source(self._library_name)

    def get_filename(self, fullname=None):
        return self.path

    def get_data(self, path):
        if path == self.path:
            return self.get_source(self.name).encode()
        try:
            with _frozen_importlib_external._io.FileIO(path, 'r') as file:
                return file.read()
        except AttributeError:
            raise OSError(2, 'No such file or directory', path) from None

    def path_stats(self, path):
        if path == self.path:
            return {'mtime': 0, 'size': len(self.get_data(path))}
        raise OSError(2, 'No such file or directory', path)

    def get_resource_reader(self, fullname):
        from importlib.readers import FileReader
        return FileReader(self)


class LibraryFinder:
    """Finds modules in one folder of the embedded library."""

    def __init__(self, path, prefix):
        self.path = path
        self._prefix = prefix

    def __repr__(self):
        return f'{type(self).__name__}({self.path!r})'

    def invalidate_caches(self):
        pass

    def find_spec(self, fullname, target=None):
        tail = fullname.rpartition('.')[2]
        library_name = self._prefix + tail
        is_package = _find(library_name)
        if is_package is None:
            return None
        folder = self.path
        if is_package:
            folder = folder + '/' + tail
            tail = '__init__'
        path = folder + '/' + tail + '.py'
        spec = _spec(fullname, LibraryLoader(fullname, path, library_name), origin=path)
        spec._set_fileattr = True
        spec._cached = folder + '/__pycache__/' + tail + '.' + sys.implementation.cache_tag + '.pyc'
        if is_package:
            spec.submodule_search_locations = [folder]
        return spec

    def iter_modules(self, prefix=''):
        start = len(self._prefix)
        for name in _taipan.library_names():
            if name.startswith(self._prefix) and '.' not in name[start:] and name[start:]:
                yield prefix + name[start:], _find(name)


def path_hook(path):
    """Finders for the library's folders."""
    root = sys._stdlib_dir
    if path == root:
        return LibraryFinder(path, '')
    if isinstance(path, str) and path.startswith(root + '/'):
        prefix = path[len(root) + 1:].replace('/', '.')
        if _find(prefix):
            return LibraryFinder(path, prefix + '.')
    raise ImportError('not in the embedded library', path=path)


def install():
    sys.path_hooks.insert(0, path_hook)
