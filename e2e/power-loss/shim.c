/*
 * Loaded before libc (LD_PRELOAD): what a disk or a clock may do to a process. Only files below SHIM_DIRECTORY fail.
 *
 *   SHIM_FAULT=short:N      every N-th write writes half, and says so
 *   SHIM_FAULT=torn:N       the N-th write writes half, and the process is killed
 *   SHIM_FAULT=full:N:M     the N-th write writes half, the M that follow find no space
 *   SHIM_FAULT=fsync:N      the N-th sync fails, once; those after it succeed
 *   SHIM_FAULT=clock        the wall clock jumps by years, both ways, at each look
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const char *directory, *fault = "";
static long first, count;
static long writes, syncs, looks;

__attribute__((constructor)) static void begin(void) {
  directory = getenv("SHIM_DIRECTORY");
  char *text = getenv("SHIM_FAULT");
  if (!directory || !text) return;
  fault = strdup(text);
  char *number = strchr(fault, ':');
  if (!number) return;
  *number = 0;
  sscanf(number + 1, "%ld:%ld", &first, &count);
}

static int is(const char *name) { return strcmp(fault, name) == 0; }

static int below(int descriptor) {
  char link[64], path[4096];
  if (!directory) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  /* The index of the write-ahead log is memory: nothing of it outlives the process. */
  return strncmp(path, directory, strlen(directory)) == 0 && !strstr(path, "-shm");
}

typedef ssize_t (*pwrite_type)(int, const void *, size_t, off_t);

static ssize_t faulty(pwrite_type real, int descriptor, const void *bytes, size_t size, off_t offset) {
  if (size < 2 || !(is("short") || is("torn") || is("full")) || !below(descriptor))
    return real(descriptor, bytes, size, offset);
  long number = __sync_add_and_fetch(&writes, 1);
  if (is("short") && number % first == 0) return real(descriptor, bytes, size / 2, offset);
  if (is("torn") && number == first) {
    real(descriptor, bytes, size / 2, offset);
    kill(getpid(), SIGKILL);
    pause();
  }
  if (is("full") && number == first) return real(descriptor, bytes, size / 2, offset);
  if (is("full") && number > first && number <= first + count) {
    errno = ENOSPC;
    return -1;
  }
  return real(descriptor, bytes, size, offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t offset) {
  static pwrite_type real;
  if (!real) real = (pwrite_type)dlsym(RTLD_NEXT, "pwrite");
  return faulty(real, descriptor, bytes, size, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off_t offset) {
  static pwrite_type real;
  if (!real) real = (pwrite_type)dlsym(RTLD_NEXT, "pwrite64");
  return faulty(real, descriptor, bytes, size, offset);
}

static int faulty_sync(const char *name, int descriptor) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  if (is("fsync") && below(descriptor) && __sync_add_and_fetch(&syncs, 1) == first) {
    errno = EIO;
    return -1;
  }
  return real(descriptor);
}

int fsync(int descriptor) { return faulty_sync("fsync", descriptor); }
int fdatasync(int descriptor) { return faulty_sync("fdatasync", descriptor); }

static long jump(void) {
  static const long years[] = {0, 30, -20, 3, -1};
  return years[__sync_add_and_fetch(&looks, 1) % 5] * 31557600L;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, time);
  if (clock == CLOCK_REALTIME && is("clock")) time->tv_sec += jump();
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  static int (*real)(struct timeval *, void *);
  if (!real) real = (int (*)(struct timeval *, void *))dlsym(RTLD_NEXT, "gettimeofday");
  int result = real(time, zone);
  if (is("clock")) time->tv_sec += jump();
  return result;
}
