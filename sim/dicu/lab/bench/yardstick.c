/* The rule of the bench's yardstick in C; `settle` in yardstick.py says what it does. Unsigned integers only, so it
 * gives the same bits as numba, NumPy and plain Python. */
#include <stdint.h>

static inline uint32_t mixed(uint32_t x) {
    x ^= x >> 16;
    x *= 0x21f0aaadu;
    x ^= x >> 15;
    x *= 0xd35a2d97u;
    return x ^ (x >> 15);
}

int64_t settle(int64_t n, const uint32_t *restrict uid, const uint16_t *restrict place, uint16_t *restrict wealth,
               uint8_t *restrict ties, const uint16_t *restrict pay, uint32_t key) {
    int64_t considering = 0;
    for (int64_t i = 0; i < n; i++) ties[i] += (uint8_t)((255 - ties[i]) >> 4);
    for (int64_t i = 0; i < n; i++) wealth[i] = (uint16_t)(wealth[i] - (wealth[i] >> 3) + pay[place[i]]);
    for (int64_t i = 0; i < n; i++) considering += mixed(uid[i] ^ key) < (1u << 26) - ((uint32_t)ties[i] << 17);
    return considering;
}
