/* What a deployment would change, as `host plan` prints it. */
#ifndef PLAN_H
#define PLAN_H

#include <stddef.h>

#include "call.h"

typedef struct plan_list {
    char *json; /* a list without its closing bracket; NULL: nothing, or no memory */
    size_t length;
    int count, is_broken;
} plan_list;

/* Fits `tree_difference`. */
void plan_add(void *list, const char *action, const char *path);

/* Hands the changes to the host; -1 when there was no memory for them. */
int plan_send(const call *call, const plan_list *list);

void plan_free(plan_list *list);

#endif
