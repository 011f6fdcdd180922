/* What every household goes through, with the screens: `own_rows` of dicu.engine.screens again, in C, for the bench.
 * The same integers and 32-bit floats in the same order, so it writes the same bytes; a test compares them. */
#include <stdint.h>

enum { CHUNK = 1 << 11, CODES = 256, KINDS = 32, TYPE = 15, FORMAL = 64, LODGING = 24 };

typedef struct {
    const uint64_t *uid;
    const uint16_t *place;
    uint16_t *wealth;
    const uint8_t *member[6];
    uint8_t *attributes, *flags, *ties;
    const uint8_t *quantile;
} rows;

typedef struct {
    const uint64_t *member;  /* ScreenTable */
    const uint32_t *first;
    const float *offer, *screen_ties;
    const float *pay, *other_pay, *luck;  /* MoneyTable */
    const uint32_t *change;               /* WorkTable */
    const float *considering;             /* ConsiderTable */
    const uint8_t *struck;
    const int32_t *district;
    uint64_t work_key, money_key, life_key, consider_key;
    float unit, shock_bound;
    uint32_t floor, keep, draw, growth, last_grown, last_settled, widest_couple, generation;
} tables;

typedef struct {
    int32_t *mover, *life, *offer;
    int64_t *found;           /* (blocks, 5): movers, life events, income, consumption, offers */
    int64_t *jobs_found, *jobs_lost;
    int64_t blocks, block, room;
} lists;

/* Rows are independent of one another: what stands in one array never stands in another. */
#define EACH _Pragma("GCC ivdep") for (int64_t i = 0; i < size; i++)

static inline uint32_t mix(uint32_t x) {
    x ^= x >> 16;
    x *= 0x21f0aaadu;
    x ^= x >> 15;
    x *= 0xd35a2d97u;
    return x ^ (x >> 15);
}

static inline uint32_t hash(uint64_t u, uint64_t k) {
    return mix((mix((uint32_t)u ^ (uint32_t)k) + (uint32_t)(u >> 32)) ^ (uint32_t)(k >> 32));
}

static inline uint8_t most(uint8_t a, uint8_t b) { return a > b ? a : b; }
static inline uint32_t workers(uint32_t word) { return word >> 26 & 7; }
static inline uint32_t kind(uint32_t flags, uint32_t attributes) { return (flags & TYPE) | (attributes & FORMAL) >> 2; }

typedef struct {
    uint8_t grown, settled, widest, generation;
} limits;

static inline uint8_t couple(uint8_t a, uint8_t b, uint8_t c, uint8_t youngest, uint8_t attributes, limits l) {
    uint8_t near = (uint8_t)((b >> 1) - (a >> 1)) <= l.widest, kin = (attributes & LODGING) != LODGING;
    uint8_t grown = (uint8_t)(b - 1) < l.grown, only = (uint8_t)(c - 1) >= l.grown;
    uint8_t settled = ((uint8_t)(b - 1) < l.settled) & (c > l.settled);
    uint8_t older = (uint8_t)((c >> 1) - (a >> 1)), younger = (uint8_t)((youngest >> 1) - (c >> 1));
    uint8_t parents = (older >= l.generation) & (younger < l.generation);
    return (((grown & only) | (settled & parents)) & near) & (kin & (a ^ b));
}

static int64_t listed(const uint8_t *restrict hit, int64_t size, int64_t start, int32_t *restrict to, int64_t room,
                      int64_t k) {
    for (int64_t i = 0; i < size; i++) {
        to[k < room - 1 ? k : room - 1] = (int32_t)(start + i);
        k += hit[i];
    }
    return k;
}

static void chunk(const rows *restrict h, const tables *restrict of_step, const lists *restrict out, int64_t b, int64_t start,
                  int64_t size) {
    static _Thread_local uint64_t members[CHUNK];
    static _Thread_local uint32_t word[CHUNK], cell[CHUNK], bound[CHUNK], offered[CHUNK], draw[CHUNK];
    static _Thread_local float rate[CHUNK], luck[CHUNK], other[CHUNK];
    static _Thread_local uint8_t hit[CHUNK];
    const uint64_t *restrict u = h->uid + start, *restrict of = of_step->member;
    const uint16_t *restrict p = h->place + start;
    uint8_t *restrict f = h->flags + start, *restrict a = h->attributes + start, *restrict ties = h->ties + start;
    uint16_t *restrict w = h->wealth + start;
    const uint8_t *restrict q = h->quantile + start;
    const uint8_t *restrict c0 = h->member[0] + start, *restrict c1 = h->member[1] + start;
    const uint8_t *restrict c2 = h->member[2] + start, *restrict c3 = h->member[3] + start;
    const uint8_t *restrict c4 = h->member[4] + start, *restrict c5 = h->member[5] + start;
    const limits l = {(uint8_t)of_step->last_grown, (uint8_t)of_step->last_settled,
                      (uint8_t)of_step->widest_couple, (uint8_t)of_step->generation};
    const tables read = *of_step, *const t = &read;  /* a copy: no write to a byte can change it */
    int64_t *found = out->found + 5 * b;

    EACH
        hit[i] = couple(c0[i], c1[i], c2[i], most(most(c2[i], c3[i]), most(c4[i], c5[i])), a[i], l);
    EACH {
        uint32_t first = t->first[p[i]], pair = first + hit[i] * (uint32_t)CODES;
        members[i] = of[pair + c0[i]] + of[pair + c1[i]] + of[first + c2[i]] + of[first + c3[i]] + of[first + c4[i]] +
                     of[first + c5[i]];
    }
    EACH word[i] = (uint32_t)members[i];
    EACH
        ties[i] = (uint8_t)(ties[i] + ((uint16_t)((uint16_t)(255 - ties[i]) * t->growth + 255) >> 8));
    EACH hit[i] = t->struck[p[i]];
    EACH {
        uint8_t shock = f[i] >> 4 & 7, left = shock ? shock - 1 : 0, struck = hit[i] & ~f[i] & 1;
        f[i] = (f[i] & TYPE) | (uint8_t)((struck ? 7 : left) << 4);
    }
    EACH cell[i] = p[i] * (uint32_t)KINDS + kind(f[i], a[i]);
    EACH offered[i] = hash(u[i], t->work_key);
    EACH bound[i] = t->change[cell[i]];
    EACH hit[i] = (offered[i] < bound[i]) & (workers(word[i]) > 0);
    EACH
        a[i] = (uint8_t)((a[i] ^ hit[i] << 6) | (hit[i] & ~f[i] & 1) << 2);
    EACH f[i] |= hit[i];
    for (int64_t i = 0; i < size; i++)
        if (hit[i]) (a[i] & FORMAL ? out->jobs_found : out->jobs_lost)[t->district[p[i]]] += workers(word[i]);
    EACH cell[i] = p[i] * (uint32_t)KINDS + kind(f[i], a[i]);
    EACH rate[i] = t->pay[cell[i]];
    EACH luck[i] = t->luck[q[i]];
    EACH other[i] = t->other_pay[p[i]];
    EACH draw[i] = hash(u[i], t->money_key);
    EACH {
        float amount = rate[i] * luck[i] * (float)workers(word[i]) + other[i] * (float)(word[i] >> 29);
        float all = amount + (float)(draw[i] >> 8) * 0x1p-24f;
        bound[i] = (uint32_t)(all < 65535.0f ? all : 65535.0f);
    }
    int64_t before = 0, after = 0, earned = 0;
    EACH {
        earned += bound[i];
        before += w[i];
    }
    EACH {
        uint32_t wealth = w[i], y = bound[i], floor = (word[i] >> 29) * t->floor, all = wealth + y;
        uint32_t spent = y - ((y * t->keep + 32768) >> 16) + ((wealth * t->draw + 32768) >> 16);
        spent = floor > spent ? floor : spent;
        spent = spent < all ? spent : all;
        w[i] = (uint16_t)(all - spent < 65535 ? all - spent : 65535);
    }
    EACH after += w[i];
    found[2] += earned;
    found[3] += before + earned - after;
    EACH draw[i] = hash(u[i], t->life_key) >> 6;
    EACH hit[i] = draw[i] < (word[i] & ((1u << 26) - 1));
    found[1] = listed(hit, size, start, out->life + b * out->room, out->room, found[1]);
    EACH rate[i] = t->considering[cell[i]] * t->screen_ties[ties[i]];
    EACH luck[i] = (float)(int32_t)(members[i] >> 48) * t->unit;
    EACH draw[i] = hash(u[i], t->consider_key);
    EACH
        hit[i] = (float)draw[i] <= rate[i] * luck[i] * (f[i] > TYPE ? t->shock_bound : 1.0f);
    found[0] = listed(hit, size, start, out->mover + b * out->room, out->room, found[0]);
    EACH other[i] = t->offer[p[i]];
    EACH luck[i] = (float)(int32_t)(members[i] >> 32 & 0xffff);
    EACH
        hit[i] = ((float)~offered[i] <= other[i] * luck[i]) & ((a[i] & FORMAL) == 0);
    found[4] = listed(hit, size, start, out->offer + b * out->room, out->room, found[4]);
}

void own_rows(int64_t n, const rows *h, const tables *t, const lists *out) {
    for (int64_t b = 0; b < out->blocks; b++) {
        int64_t end = (b + 1) * out->block < n ? (b + 1) * out->block : n;
        for (int k = 0; k < 5; k++) out->found[5 * b + k] = 0;
        for (int64_t start = b * out->block; start < end; start += CHUNK)
            chunk(h, t, out, b, start, end - start < CHUNK ? end - start : CHUNK);
    }
}
