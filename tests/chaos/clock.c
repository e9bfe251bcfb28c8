/* Another time of day for whoever loads this first: the offset in seconds stands in the file $CHAOS_CLOCK.
   Clocks that nobody can set are left alone, and so is Asterisk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile char *file;

__attribute__((constructor)) static void begin(void)
{
    const char *name = getenv("CHAOS_CLOCK");
    int opened = name && !strstr(program_invocation_name, "asterisk") ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    void *mapped = opened < 0 ? MAP_FAILED : mmap(0, 16, PROT_READ, MAP_SHARED, opened, 0);
    file = mapped == MAP_FAILED ? 0 : mapped;
    if (opened >= 0)
        close(opened);
}

static long offset(void)
{
    char digits[16];
    if (!file)
        return 0;
    memcpy(digits, (const char *)file, 15);
    digits[15] = 0;
    return atol(digits);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += offset();
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec read;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &read);
    now->tv_sec = read.tv_sec;
    now->tv_usec = read.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at)
{
    struct timespec read;
    clock_gettime(CLOCK_REALTIME, &read);
    if (at)
        *at = read.tv_sec;
    return read.tv_sec;
}
