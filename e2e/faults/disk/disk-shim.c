/*
 * Preloaded into a program under test: writes what the program does to files below $LIVECUE_DISK_ROOT into the log
 * $LIVECUE_DISK_LOG, in the order in which the calls returned, and fails or kills at the call that a rule names.
 * A record: u8 op, u8 flags, u16 path bytes, i32 fd, u64 offset or size, u32 data bytes, then path and data.
 *
 * Writes to the file ".mark" below the root are no writes: the text goes into the log, and one that begins with '!'
 * is a rule: "!<calls> <nth> <action> <times>": of the calls (letters w s t o r u), the nth from now on and so many
 * more do the action: EIO, ENOSPC, short (half is written), kill (before the call), torn (kill, half is written),
 * after (kill behind the call). "!on" and "!off" switch the log.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FDS 4096
static char tracked[FDS]; /* 1 a file, 2 the marks */
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static const char *root;
static size_t root_length;
static int log_fd = -1, logging = 1;
static char rule_calls[16], rule_action[16];
static long rule_in = 0, rule_times = 0;

static long (*kernel)(long, ...);

struct __attribute__((packed)) head {
  uint8_t op, flags;
  uint16_t path;
  int32_t fd;
  uint64_t offset;
  uint32_t data;
};

static void set_rule(const char *text) {
  rule_in = rule_times = 0;
  if (sscanf(text, "!%15s %ld %15s %ld", rule_calls, &rule_in, rule_action, &rule_times) < 4) rule_in = 0;
}

__attribute__((constructor)) static void begin(void) {
  kernel = dlsym(RTLD_NEXT, "syscall");
  root = getenv("LIVECUE_DISK_ROOT");
  const char *log = getenv("LIVECUE_DISK_LOG"), *rule = getenv("LIVECUE_DISK_RULE");
  root_length = root ? strlen(root) : 0;
  if (log) log_fd = kernel(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (rule) set_rule(rule);
}

static int ours(const char *path) {
  return root && path && !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

static int is_tracked(int fd) {
  return fd >= 0 && fd < FDS ? tracked[fd] : 0;
}

static void put(int op, int flags, int fd, uint64_t offset, const char *path, const void *data, size_t length) {
  if (log_fd < 0 || !logging) return;
  struct head head = {op, flags, path ? strlen(path) : 0, fd, offset, length};
  static char *buffer;
  static size_t room;
  size_t total = sizeof head + head.path + length;
  if (total > room) buffer = realloc(buffer, room = total * 2);
  memcpy(buffer, &head, sizeof head);
  if (path) memcpy(buffer + sizeof head, path, head.path);
  if (length) memcpy(buffer + sizeof head + head.path, data, length);
  if (kernel(SYS_write, log_fd, buffer, total) != (ssize_t)total) abort();
}

/* The action that this call is to do, or null. */
static const char *hit(char call) {
  if (!rule_in || !strchr(rule_calls, call)) return 0;
  if (--rule_in > 0) return 0;
  if (--rule_times > 0) rule_in = 1;
  return rule_action;
}

static void die(void) {
  kernel(SYS_kill, getpid(), SIGKILL);
  for (;;) pause();
}

/* 0: go on; else errno to fail with. Kills happen here. */
static int before(char call) {
  const char *action = hit(call);
  if (!action) return 0;
  if (!strcmp(action, "EIO")) return EIO;
  if (!strcmp(action, "ENOSPC")) return ENOSPC;
  if (!strcmp(action, "kill") || (!strcmp(action, "torn") && call != 'w')) die();
  return !strcmp(action, "short") ? -1 : !strcmp(action, "torn") ? -2 : !strcmp(action, "after") ? -3 : 0;
}

static ssize_t do_write(int fd, const void *data, size_t length, off_t offset, int positioned) {
  if (is_tracked(fd) == 2) {
    if (length > 0 && *(const char *)data == '!') {
      char rule[64] = {0};
      memcpy(rule, data, length < 63 ? length : 63);
      if (!strncmp(rule, "!on", 3)) logging = 1;
      else if (!strncmp(rule, "!off", 4)) logging = 0;
      else set_rule(rule);
    } else {
      put('m', 0, fd, 0, 0, data, length);
    }
    return length;
  }
  off_t at = positioned ? offset : kernel(SYS_lseek, fd, 0, SEEK_CUR);
  int what = before('w');
  if (what > 0) {
    errno = what;
    return -1;
  }
  size_t part = what == -1 || what == -2 ? (length + 1) / 2 : length;
  ssize_t done = positioned ? kernel(SYS_pwrite64, fd, data, part, offset) : kernel(SYS_write, fd, data, part);
  if (done > 0) put('w', 0, fd, at, 0, data, done);
  if (what == -2 || what == -3) die();
  return done;
}

#define LOCKED(result, work) \
  pthread_mutex_lock(&lock); \
  result = (work); \
  int saved = errno; \
  pthread_mutex_unlock(&lock); \
  errno = saved; \
  return result

ssize_t pwrite64(int fd, const void *data, size_t length, off_t offset) {
  if (!is_tracked(fd)) return kernel(SYS_pwrite64, fd, data, length, offset);
  ssize_t done;
  LOCKED(done, do_write(fd, data, length, offset, 1));
}

ssize_t write(int fd, const void *data, size_t length) {
  if (!is_tracked(fd)) return kernel(SYS_write, fd, data, length);
  ssize_t done;
  LOCKED(done, do_write(fd, data, length, 0, 0));
}

static int do_simple(char call, int fd, uint64_t number, const char *path, const char *to, long (*work)(int, uint64_t, const char *, const char *)) {
  int what = before(call);
  if (what > 0) {
    put('f', call, fd, number, path, to, to ? strlen(to) : 0);
    errno = what;
    return -1;
  }
  long done = work(fd, number, path, to);
  if (done == 0) put(call, 0, fd, number, path, to, to ? strlen(to) : 0);
  if (what == -3) die();
  return done;
}

static long work_sync(int fd, uint64_t n, const char *a, const char *b) { return kernel(SYS_fdatasync, fd); }
static long work_truncate(int fd, uint64_t n, const char *a, const char *b) { return kernel(SYS_ftruncate, fd, n); }
static long work_rename(int fd, uint64_t n, const char *a, const char *b) { return kernel(SYS_rename, a, b); }
static long work_unlink(int fd, uint64_t n, const char *a, const char *b) { return kernel(SYS_unlink, a); }
static long work_mkdir(int fd, uint64_t n, const char *a, const char *b) { return kernel(SYS_mkdir, a, n); }

static int sync_of(int fd) {
  if (is_tracked(fd) != 1) return kernel(SYS_fdatasync, fd);
  int done;
  LOCKED(done, do_simple('s', fd, 0, 0, 0, work_sync));
}

int fsync(int fd) { return sync_of(fd); }
int fdatasync(int fd) { return sync_of(fd); }

int ftruncate64(int fd, off_t size) {
  if (is_tracked(fd) != 1) return kernel(SYS_ftruncate, fd, size);
  int done;
  LOCKED(done, do_simple('t', fd, size, 0, 0, work_truncate));
}

int rename(const char *from, const char *to) {
  if (!ours(from)) return kernel(SYS_rename, from, to);
  int done;
  LOCKED(done, do_simple('r', -1, 0, from, to, work_rename));
}

int unlink(const char *path) {
  if (!ours(path)) return kernel(SYS_unlink, path);
  int done;
  LOCKED(done, do_simple('u', -1, 0, path, 0, work_unlink));
}

int mkdir(const char *path, mode_t mode) {
  if (!ours(path)) return kernel(SYS_mkdir, path, mode);
  int done;
  LOCKED(done, do_simple('d', -1, mode, path, 0, work_mkdir));
}

static int do_open(const char *path, int flags, mode_t mode) {
  int what = flags & O_CREAT ? before('o') : 0;
  if (what > 0) {
    errno = what;
    return -1;
  }
  int fd = kernel(SYS_openat, AT_FDCWD, path, flags, mode);
  if (fd < 0 || fd >= FDS) return fd;
  size_t length = strlen(path);
  tracked[fd] = length >= 6 && !strcmp(path + length - 6, "/.mark") ? 2 : 1;
  if (tracked[fd] == 1) put('o', (flags & O_TRUNC) != 0, fd, (flags & O_ACCMODE) != O_RDONLY, path, 0, 0);
  if (what == -3) die();
  return fd;
}

int open64(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & (O_CREAT | O_TMPFILE)) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  if (!ours(path)) return kernel(SYS_openat, AT_FDCWD, path, flags, mode);
  int fd;
  LOCKED(fd, do_open(path, flags, mode));
}

static int close_fd(int fd);

/* libuv closes files with a system call of its own. */
long syscall(long number, ...) {
  va_list rest;
  long a[6];
  va_start(rest, number);
  for (int n = 0; n < 6; n++) a[n] = va_arg(rest, long);
  va_end(rest);
  if (!kernel) kernel = dlsym(RTLD_NEXT, "syscall");
  return number == SYS_close ? close_fd(a[0]) : kernel(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int close(int fd) { return close_fd(fd); }

static int close_fd(int fd) {
  if (!is_tracked(fd)) return kernel(SYS_close, fd);
  pthread_mutex_lock(&lock);
  if (tracked[fd] == 1) put('c', 0, fd, 0, 0, 0, 0);
  tracked[fd] = 0;
  int done = kernel(SYS_close, fd);
  int saved = errno;
  pthread_mutex_unlock(&lock);
  errno = saved;
  return done;
}

/* A copy by the kernel would pass by the log: refused, and libuv copies with writes. */
ssize_t sendfile64(int out, int in, off_t *offset, size_t length) {
  if (!is_tracked(out)) return kernel(SYS_sendfile, out, in, offset, length);
  errno = EINVAL;
  return -1;
}
