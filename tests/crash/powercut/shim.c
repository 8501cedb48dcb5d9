// SPDX-License-Identifier: Apache-2.0
// Notes, in order, everything a process does to the files under one directory, so that reconstruct.py can build what a
// power cut would have left. Loaded with LD_PRELOAD; see README.md for the model.
//
//   SALLYPORT_POWERCUT_ROOT     the directory that is watched
//   SALLYPORT_POWERCUT_JOURNAL  where the notes go; outside of the root
//   SALLYPORT_POWERCUT_SLOW     microseconds that a sync takes at most, by chance (a slow disk widens races); default 0
//   SALLYPORT_POWERCUT_KILL_AT  the process kills itself (SIGKILL) before the operation of its record of this number
//
// A record is written before its operation, both under one mutex: when a process is killed, only its last record can be
// of an operation that did not happen. A sync is two records, begin and end, and is not under the mutex meanwhile.
// A failure or a short write is noted by a Result record. What cannot be noted (a symbolic link, a copy inside the
// kernel) is noted as Unsupported, and reconstruct.py refuses the journal: the harness must never be wrong silently.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum Kind {
    Open = 1,   // handle, flags, path: the handle names the file in later records
    Write,      // handle, offset, data
    Truncate,   // handle or path, offset = the new length
    Rename,     // path, path2
    Unlink,     // path
    MakeDir,    // path
    RemoveDir,  // path
    Link,       // path, path2
    SyncBegin,  // handle; what stands before this is durable once the end is noted
    SyncEnd,    // handle = number of the begin
    SyncAll,    // sync(), syncfs()
    Mapped,     // handle: written through memory from here on, unseen
    Result,     // handle = number of an earlier record, offset = octets written, or -1: it failed
    Unsupported
};
enum Flag { Created = 1, Emptied = 2, Synchronous = 4 };

struct Header {
    uint32_t magic;
    uint32_t checksum;  // CRC-32 of all that follows
    uint32_t length;    // of the whole record
    uint32_t kind;
    uint32_t process;
    uint32_t flags;
    uint64_t number;
    uint64_t handle;
    int64_t offset;
    uint32_t mode;
    uint32_t path_length;
    uint32_t path2_length;
    uint32_t data_length;
};

enum { Descriptors = 1 << 16, JournalDescriptor = 900 };
static const uint32_t Magic = 0x31435053;  // "SPC1"

static pthread_once_t g_once = PTHREAD_ONCE_INIT;
static pthread_mutex_t g_mutex = PTHREAD_MUTEX_INITIALIZER;
static char g_root[PATH_MAX];  // "" when there is nothing to do
static size_t g_root_length;
static int g_journal = -1;
static mode_t g_umask;
static uint64_t g_slow;
static uint64_t g_kill_at;
static uint64_t g_number;
static uint64_t g_last_handle;
static uint32_t g_table[256];
static _Atomic uint64_t g_handles[Descriptors];  // by descriptor; 0: not watched

static void die(const char* why) {
    dprintf(2, "powercut shim: %s: %s\n", why, strerror(errno));
    abort();
}

static void lock(void) {
    pthread_mutex_lock(&g_mutex);
}

static void unlock(void) {
    const int kept = errno;
    pthread_mutex_unlock(&g_mutex);
    errno = kept;
}

static void set_up(void) {
    const char* root = getenv("SALLYPORT_POWERCUT_ROOT");
    const char* journal = getenv("SALLYPORT_POWERCUT_JOURNAL");
    const char* slow = getenv("SALLYPORT_POWERCUT_SLOW");
    const char* kill_at = getenv("SALLYPORT_POWERCUT_KILL_AT");
    if (slow != NULL) g_slow = strtoull(slow, NULL, 10);
    if (kill_at != NULL) g_kill_at = strtoull(kill_at, NULL, 10);
    if (root == NULL || journal == NULL) return;
    for (uint32_t at = 0; at < 256; ++at) {
        uint32_t value = at;
        for (int bit = 0; bit < 8; ++bit)
            value = (value >> 1) ^ ((value & 1) ? 0xEDB88320U : 0U);
        g_table[at] = value;
    }
    if (realpath(root, g_root) == NULL) die("SALLYPORT_POWERCUT_ROOT is no directory");
    g_root_length = strlen(g_root);
    const int fd = (int)syscall(
        SYS_openat, AT_FDCWD, journal, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) die("cannot open the journal");
    g_journal = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, JournalDescriptor);
    if (g_journal < 0)
        g_journal = fd;  // a low limit on descriptors
    else
        (void)syscall(SYS_close, fd);
    g_umask = umask(0);
    umask(g_umask);
    pthread_atfork(lock, unlock, unlock);
}

static int watching(void) {
    pthread_once(&g_once, set_up);
    return g_journal >= 0;
}

static uint32_t checksum(uint32_t sum, const void* from, size_t length) {
    const unsigned char* octets = from;
    for (size_t at = 0; at < length; ++at)
        sum = (sum >> 8) ^ g_table[(sum ^ octets[at]) & 0xFFU];
    return sum;
}

// Appends a record with one system call. The caller holds the mutex. Returns the record's number.
static uint64_t note(struct Header header, const char* path, const char* path2, const void* data) {
    header.magic = Magic;
    header.process = (uint32_t)getpid();
    header.number = ++g_number;
    header.path_length = path ? (uint32_t)strlen(path) : 0;
    header.path2_length = path2 ? (uint32_t)strlen(path2) : 0;
    header.length =
        (uint32_t)sizeof header + header.path_length + header.path2_length + header.data_length;
    const size_t skipped = offsetof(struct Header, length);
    uint32_t sum = checksum(0xFFFFFFFFU, (const char*)&header + skipped, sizeof header - skipped);
    sum = checksum(sum, path, header.path_length);
    sum = checksum(sum, path2, header.path2_length);
    header.checksum = ~checksum(sum, data, header.data_length);
    const struct iovec parts[] = {{&header, sizeof header},
                                  {(void*)path, header.path_length},
                                  {(void*)path2, header.path2_length},
                                  {(void*)data, header.data_length}};
    if (syscall(SYS_writev, g_journal, parts, 4) != (long)header.length)
        die("the journal cannot be written");
    if (header.number == g_kill_at) {
        kill(getpid(), SIGKILL);
        pause();
    }
    return header.number;
}

// What came of the record just written; only the unexpected is noted.
static void settle(uint64_t number, long result, long expected) {
    const int kept = errno;
    if (result != expected)
        note((struct Header){.kind = Result, .handle = number, .offset = result}, NULL, NULL, NULL);
    errno = kept;
}

static uint64_t handle_of(int fd) {
    return fd >= 0 && fd < Descriptors ? atomic_load(&g_handles[fd]) : 0;
}

static void set_handle(int fd, uint64_t handle) {
    if (fd >= 0 && fd < Descriptors)
        atomic_store(&g_handles[fd], handle);
    else if (fd >= 0 && handle != 0)
        die("too many descriptors");
}

// The absolute path with its folder resolved, its last name not; 0 when that is not under the root.
static int inside(int folder, const char* path, char full[PATH_MAX]) {
    if (!watching() || path == NULL || *path == '\0') return 0;
    char text[PATH_MAX];
    int length = 0;
    if (path[0] == '/')
        length = snprintf(text, sizeof text, "%s", path);
    else if (folder == AT_FDCWD)
        length = snprintf(text, sizeof text, "./%s", path);
    else
        length = snprintf(text, sizeof text, "/proc/self/fd/%d/%s", folder, path);
    if (length <= 0 || length >= (int)sizeof text) return 0;
    while (length > 1 && text[length - 1] == '/')
        text[--length] = '\0';
    char* slash = strrchr(text, '/');
    const char* name = slash + 1;
    const int kept = errno;
    char parent[PATH_MAX];
    int found = 0;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        found = realpath(text, full) != NULL;
    } else {
        *slash = '\0';
        found = realpath(slash == text ? "/" : text, parent) != NULL &&
                snprintf(full, PATH_MAX, "%s/%s", strcmp(parent, "/") == 0 ? "" : parent, name) <
                    PATH_MAX;
    }
    errno = kept;
    return found && strncmp(full, g_root, g_root_length) == 0 &&
           (full[g_root_length] == '/' || full[g_root_length] == '\0');
}

// Relative to the root; "" is the root itself.
static const char* relative(const char* full) {
    return full + g_root_length + (full[g_root_length] == '/');
}

static void refuse(const char* what) {
    lock();
    note((struct Header){.kind = Unsupported}, what, NULL, NULL);
    unlock();
}

// ---- opening and closing

static uint64_t note_open(const char* full, int flags, mode_t mode, uint64_t* handle) {
    struct stat before;
    const int existed = fstatat(AT_FDCWD, full, &before, AT_SYMLINK_NOFOLLOW) == 0;
    if (existed && S_ISLNK(before.st_mode))
        note((struct Header){.kind = Unsupported}, "opening a symbolic link", NULL, NULL);
    uint32_t noted = 0;
    if ((flags & O_CREAT) && !existed) noted |= Created;
    if ((flags & O_TRUNC) && existed) noted |= Emptied;
    if (flags & O_DSYNC) noted |= Synchronous;  // O_SYNC contains O_DSYNC
    *handle = ++g_last_handle;
    return note(
        (struct Header){
            .kind = Open, .handle = *handle, .flags = noted, .mode = mode & 0777 & ~g_umask},
        relative(full),
        NULL,
        NULL);
}

static int do_open(int folder, const char* path, int flags, mode_t mode) {
    char full[PATH_MAX];
    if (!inside(folder, path, full)) {
        const int fd = (int)syscall(SYS_openat, folder, path, flags, mode);
        if (watching())
            set_handle(fd, 0);  // the number may have been closed where we do not see it
        return fd;
    }
    if ((flags & O_TMPFILE) == O_TMPFILE) refuse("O_TMPFILE");
    lock();
    uint64_t handle = 0;
    const uint64_t number = note_open(full, flags, mode, &handle);
    const int fd = (int)syscall(SYS_openat, folder, path, flags, mode);
    set_handle(fd, handle);
    settle(number, fd < 0 ? -1 : 0, 0);
    unlock();
    return fd;
}

static mode_t mode_argument(int flags, va_list arguments) {
    return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(name)                                           \
    int name(const char* path, int flags, ...) {             \
        va_list arguments;                                   \
        va_start(arguments, flags);                          \
        const mode_t mode = mode_argument(flags, arguments); \
        va_end(arguments);                                   \
        return do_open(AT_FDCWD, path, flags, mode);         \
    }
#define OPENAT(name)                                         \
    int name(int folder, const char* path, int flags, ...) { \
        va_list arguments;                                   \
        va_start(arguments, flags);                          \
        const mode_t mode = mode_argument(flags, arguments); \
        va_end(arguments);                                   \
        return do_open(folder, path, flags, mode);           \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

// What the fortified headers call when the flags are no constant.
int __open_2(const char* path, int flags) {
    return do_open(AT_FDCWD, path, flags, 0);
}
int __open64_2(const char* path, int flags) {
    return do_open(AT_FDCWD, path, flags, 0);
}
int __openat_2(int folder, const char* path, int flags) {
    return do_open(folder, path, flags, 0);
}
int __openat64_2(int folder, const char* path, int flags) {
    return do_open(folder, path, flags, 0);
}
int creat(const char* path, mode_t mode) {
    return do_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}
int creat64(const char* path, mode_t mode) {
    return creat(path, mode);
}

// stdio writes from inside the C library, unseen. C++ streams open with fopen() and write with write(), which is seen.
static FILE* do_fopen(const char* path, const char* mode) {
    static FILE* (*next)(const char*, const char*);
    if (next == NULL) next = (FILE * (*)(const char*, const char*)) dlsym(RTLD_NEXT, "fopen64");
    char full[PATH_MAX];
    if (!inside(AT_FDCWD, path, full)) return next(path, mode);
    const int flags = mode[0] == 'w' ? O_CREAT | O_TRUNC : mode[0] == 'a' ? O_CREAT : 0;
    lock();
    uint64_t handle = 0;
    const uint64_t number = note_open(full, flags, 0666, &handle);
    FILE* file = next(path, mode);
    if (file != NULL) set_handle(fileno(file), handle);
    settle(number, file == NULL ? -1 : 0, 0);
    unlock();
    return file;
}
FILE* fopen(const char* path, const char* mode) {
    return do_fopen(path, mode);
}
FILE* fopen64(const char* path, const char* mode) {
    return do_fopen(path, mode);
}
int fclose(FILE* file) {
    static int (*next)(FILE*);
    if (next == NULL) next = (int (*)(FILE*))dlsym(RTLD_NEXT, "fclose");
    if (watching()) set_handle(fileno(file), 0);
    return next(file);
}

int close(int fd) {
    if (watching()) set_handle(fd, 0);  // before the number can be given to another thread
    return (int)syscall(SYS_close, fd);
}

static int duplicated(int from, int to) {
    if (to >= 0 && watching()) set_handle(to, handle_of(from));
    return to;
}
int dup(int fd) {
    return duplicated(fd, (int)syscall(SYS_dup, fd));
}
int dup2(int fd, int to) {
    return fd == to ? fcntl(fd, F_GETFD) < 0 ? -1 : to
                    : duplicated(fd, (int)syscall(SYS_dup3, fd, to, 0));
}
int dup3(int fd, int to, int flags) {
    return duplicated(fd, (int)syscall(SYS_dup3, fd, to, flags));
}

static int do_fcntl(int fd, int command, void* argument) {
    static int (*next)(int, int, ...);
    if (next == NULL) next = (int (*)(int, int, ...))dlsym(RTLD_NEXT, "fcntl64");
    const int result = next(fd, command, argument);
    return command == F_DUPFD || command == F_DUPFD_CLOEXEC ? duplicated(fd, result) : result;
}
#define FCNTL(name)                                \
    int name(int fd, int command, ...) {           \
        va_list arguments;                         \
        va_start(arguments, command);              \
        void* argument = va_arg(arguments, void*); \
        va_end(arguments);                         \
        return do_fcntl(fd, command, argument);    \
    }
FCNTL(fcntl)
FCNTL(fcntl64)

// ---- content

enum { AtPosition = -1 };

static int64_t place_of(int fd, int64_t offset) {
    struct stat info;
    const int flags = (int)syscall(SYS_fcntl, fd, F_GETFL);
    if ((flags & O_APPEND) && fstat(fd, &info) == 0)
        return info.st_size;  // Linux appends for pwrite() as well
    return offset == AtPosition ? syscall(SYS_lseek, fd, 0, SEEK_CUR) : offset;
}

static ssize_t do_write(int fd, const void* data, size_t length, int64_t offset) {
    const uint64_t handle = handle_of(fd);
    if (handle != 0) lock();
    uint64_t number = 0;
    if (handle != 0)
        number = note((struct Header){.kind = Write,
                                      .handle = handle,
                                      .offset = place_of(fd, offset),
                                      .data_length = (uint32_t)length},
                      NULL,
                      NULL,
                      data);
    const ssize_t result = offset == AtPosition ? syscall(SYS_write, fd, data, length)
                                                : syscall(SYS_pwrite64, fd, data, length, offset);
    if (handle != 0) {
        settle(number, result, (long)length);
        unlock();
    }
    return result;
}

static ssize_t do_writev(int fd, const struct iovec* parts, int count, int64_t offset) {
    if (handle_of(fd) == 0)
        return offset == AtPosition ? syscall(SYS_writev, fd, parts, count)
                                    : syscall(SYS_pwritev, fd, parts, count, offset, 0);
    size_t length = 0;
    for (int at = 0; at < count; ++at)
        length += parts[at].iov_len;
    char* whole = malloc(length + 1);
    if (whole == NULL) die("no memory");
    size_t filled = 0;
    for (int at = 0; at < count; filled += parts[at++].iov_len)
        memcpy(whole + filled, parts[at].iov_base, parts[at].iov_len);
    const ssize_t result = do_write(fd, whole, length, offset);
    const int kept = errno;
    free(whole);
    errno = kept;
    return result;
}

ssize_t write(int fd, const void* data, size_t length) {
    return do_write(fd, data, length, AtPosition);
}
ssize_t pwrite(int fd, const void* data, size_t length, off_t offset) {
    return do_write(fd, data, length, offset);
}
ssize_t pwrite64(int fd, const void* data, size_t length, off64_t offset) {
    return do_write(fd, data, length, offset);
}
ssize_t writev(int fd, const struct iovec* parts, int count) {
    return do_writev(fd, parts, count, AtPosition);
}
ssize_t pwritev(int fd, const struct iovec* parts, int count, off_t offset) {
    return do_writev(fd, parts, count, offset);
}
ssize_t pwritev64(int fd, const struct iovec* parts, int count, off64_t offset) {
    return do_writev(fd, parts, count, offset);
}

int ftruncate(int fd, off_t length) {
    const uint64_t handle = handle_of(fd);
    if (handle == 0) return (int)syscall(SYS_ftruncate, fd, length);
    lock();
    const uint64_t number = note(
        (struct Header){.kind = Truncate, .handle = handle, .offset = length}, NULL, NULL, NULL);
    const int result = (int)syscall(SYS_ftruncate, fd, length);
    settle(number, result, 0);
    unlock();
    return result;
}
int ftruncate64(int fd, off64_t length) {
    return ftruncate(fd, length);
}

int fallocate(int fd, int mode, off_t offset, off_t length) {
    struct stat info;
    const uint64_t handle = handle_of(fd);
    if (handle == 0) return (int)syscall(SYS_fallocate, fd, mode, offset, length);
    if ((mode & ~FALLOC_FL_KEEP_SIZE) != 0) refuse("fallocate with a mode");
    lock();
    uint64_t number = 0;
    if (mode == 0 && fstat(fd, &info) == 0 && offset + length > info.st_size)
        number =
            note((struct Header){.kind = Truncate, .handle = handle, .offset = offset + length},
                 NULL,
                 NULL,
                 NULL);
    const int result = (int)syscall(SYS_fallocate, fd, mode, offset, length);
    if (number != 0) settle(number, result, 0);
    unlock();
    return result;
}
int fallocate64(int fd, int mode, off64_t offset, off64_t length) {
    return fallocate(fd, mode, offset, length);
}
int posix_fallocate(int fd, off_t offset, off_t length) {
    const int kept = errno;
    const int failed = fallocate(fd, 0, offset, length) == 0 ? 0 : errno;
    errno = kept;
    return failed;
}
int posix_fallocate64(int fd, off64_t offset, off64_t length) {
    return posix_fallocate(fd, offset, length);
}

// Most syncs are quick and some are slow; which ones differs from run to run as the records' numbers do.
static void take_time(uint64_t number) {
    if (g_slow == 0) return;
    uint64_t chance = number * 0x9E3779B97F4A7C15U + (uint64_t)getpid() * 0xBF58476D1CE4E5B9U;
    chance ^= chance >> 29;
    if (chance % 4 != 0) return;
    const uint64_t micros = (chance >> 8) % g_slow;
    const struct timespec pause = {(time_t)(micros / 1000000), (long)(micros % 1000000) * 1000};
    nanosleep(&pause, NULL);
}

static int do_sync(int fd, long call) {
    const uint64_t handle = handle_of(fd);
    if (handle == 0) return (int)syscall(call, fd);
    lock();
    const uint64_t begun =
        note((struct Header){.kind = SyncBegin, .handle = handle}, NULL, NULL, NULL);
    unlock();
    take_time(begun);
    const int result = (int)syscall(call, fd);
    if (result != 0) return result;
    lock();
    note((struct Header){.kind = SyncEnd, .handle = begun}, NULL, NULL, NULL);
    unlock();
    return result;
}
int fsync(int fd) {
    return do_sync(fd, SYS_fsync);
}
int fdatasync(int fd) {
    return do_sync(fd, SYS_fdatasync);
}
void sync(void) {
    if (watching()) lock();
    (void)syscall(SYS_sync);
    if (!watching()) return;
    note((struct Header){.kind = SyncAll}, NULL, NULL, NULL);
    unlock();
}
int syncfs(int fd) {
    if (watching()) lock();
    const int result = (int)syscall(SYS_syncfs, fd);
    if (!watching()) return result;
    if (result == 0 && handle_of(fd) != 0) note((struct Header){.kind = SyncAll}, NULL, NULL, NULL);
    unlock();
    return result;
}

void* mmap64(void* at, size_t length, int protection, int flags, int fd, off64_t offset) {
    if ((protection & PROT_WRITE) && (flags & MAP_SHARED) && handle_of(fd) != 0) {
        lock();
        note((struct Header){.kind = Mapped, .handle = handle_of(fd)}, NULL, NULL, NULL);
        unlock();
    }
    return (void*)syscall(SYS_mmap, at, length, protection, flags, fd, offset);
}
void* mmap(void* at, size_t length, int protection, int flags, int fd, off_t offset) {
    return mmap64(at, length, protection, flags, fd, offset);
}

// Copies inside the kernel: their data never passes here.
ssize_t copy_file_range(
    int from, off64_t* at, int to, off64_t* to_at, size_t length, unsigned flags) {
    if (handle_of(to) != 0) refuse("copy_file_range");
    return syscall(SYS_copy_file_range, from, at, to, to_at, length, flags);
}
ssize_t sendfile(int to, int from, off_t* at, size_t length) {
    if (handle_of(to) != 0) refuse("sendfile");
    return syscall(SYS_sendfile, to, from, at, length);
}
ssize_t sendfile64(int to, int from, off64_t* at, size_t length) {
    return sendfile(to, from, at, length);
}
ssize_t splice(int from, off64_t* at, int to, off64_t* to_at, size_t length, unsigned flags) {
    if (handle_of(to) != 0) refuse("splice");
    return syscall(SYS_splice, from, at, to, to_at, length, flags);
}

// ---- names

#define NAMED(kind_, folder, path, call)                                                          \
    do {                                                                                          \
        char full[PATH_MAX];                                                                      \
        if (!inside(folder, path, full)) return (int)(call);                                      \
        lock();                                                                                   \
        const uint64_t number = note((struct Header){.kind = kind_}, relative(full), NULL, NULL); \
        const int result = (int)(call);                                                           \
        settle(number, result, 0);                                                                \
        unlock();                                                                                 \
        return result;                                                                            \
    } while (0)

int unlink(const char* path) {
    NAMED(Unlink, AT_FDCWD, path, syscall(SYS_unlink, path));
}
int rmdir(const char* path) {
    NAMED(RemoveDir, AT_FDCWD, path, syscall(SYS_rmdir, path));
}
int unlinkat(int folder, const char* path, int flags) {
    NAMED((flags & AT_REMOVEDIR) ? RemoveDir : Unlink,
          folder,
          path,
          syscall(SYS_unlinkat, folder, path, flags));
}
int remove(const char* path) {
    const int result = unlink(path);
    return result != 0 && errno == EISDIR ? rmdir(path) : result;
}
int mkdirat(int folder, const char* path, mode_t mode) {
    char full[PATH_MAX];
    if (!inside(folder, path, full)) return (int)syscall(SYS_mkdirat, folder, path, mode);
    lock();
    const uint64_t number = note((struct Header){.kind = MakeDir, .mode = mode & 0777 & ~g_umask},
                                 relative(full),
                                 NULL,
                                 NULL);
    const int result = (int)syscall(SYS_mkdirat, folder, path, mode);
    settle(number, result, 0);
    unlock();
    return result;
}
int mkdir(const char* path, mode_t mode) {
    return mkdirat(AT_FDCWD, path, mode);
}
int truncate(const char* path, off_t length) {
    char full[PATH_MAX];
    if (!inside(AT_FDCWD, path, full)) return (int)syscall(SYS_truncate, path, length);
    lock();
    const uint64_t number =
        note((struct Header){.kind = Truncate, .offset = length}, relative(full), NULL, NULL);
    const int result = (int)syscall(SYS_truncate, path, length);
    settle(number, result, 0);
    unlock();
    return result;
}
int truncate64(const char* path, off64_t length) {
    return truncate(path, length);
}

static int two_names(
    enum Kind kind, const char* full, const char* full2, long call, const long a[5]) {
    lock();
    const uint64_t number =
        note((struct Header){.kind = kind}, relative(full), relative(full2), NULL);
    const int result = (int)syscall(call, a[0], a[1], a[2], a[3], a[4]);
    settle(number, result, 0);
    unlock();
    return result;
}
int renameat2(int folder, const char* path, int folder2, const char* path2, unsigned flags) {
    char full[PATH_MAX];
    char full2[PATH_MAX];
    const int from = inside(folder, path, full);
    const int to = inside(folder2, path2, full2);
    if (from != to) refuse("a rename into or out of the root");
    if (from && to && (flags & ~(unsigned)RENAME_NOREPLACE) != 0) refuse("renameat2 with flags");
    const long arguments[5] = {folder, (long)path, folder2, (long)path2, (long)flags};
    if (from && to) return two_names(Rename, full, full2, SYS_renameat2, arguments);
    return (int)syscall(SYS_renameat2, folder, path, folder2, path2, flags);
}
int rename(const char* path, const char* path2) {
    return renameat2(AT_FDCWD, path, AT_FDCWD, path2, 0);
}
int renameat(int folder, const char* path, int folder2, const char* path2) {
    return renameat2(folder, path, folder2, path2, 0);
}
int linkat(int folder, const char* path, int folder2, const char* path2, int flags) {
    char full[PATH_MAX];
    char full2[PATH_MAX];
    const int from = inside(folder, path, full);
    const int to = inside(folder2, path2, full2);
    if (from != to) refuse("a link into or out of the root");
    const long arguments[5] = {folder, (long)path, folder2, (long)path2, flags};
    if (from && to) return two_names(Link, full, full2, SYS_linkat, arguments);
    return (int)syscall(SYS_linkat, folder, path, folder2, path2, flags);
}
int link(const char* path, const char* path2) {
    return linkat(AT_FDCWD, path, AT_FDCWD, path2, 0);
}
int symlinkat(const char* target, int folder, const char* path) {
    char full[PATH_MAX];
    if (inside(folder, path, full)) refuse("a symbolic link");
    return (int)syscall(SYS_symlinkat, target, folder, path);
}
int symlink(const char* target, const char* path) {
    return symlinkat(target, AT_FDCWD, path);
}
