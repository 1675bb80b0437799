/* SPDX-License-Identifier: Apache-2.0
 *
 * moment.h: calls crash() at one moment of a plugin's life: BAD_MOMENT is 1 constructor, 2 create, 3 start,
 * 4 handle, 5 destroy.
 */
#if BAD_MOMENT == 1
static __attribute__((constructor)) void constructor(void)
{
    crash();
}
BAD_PLUGIN(.abi_minor = 0)
#elif BAD_MOMENT == 2
static int32_t create(const struct pw_host *host, void **ret_instance)
{
    crash();
    return bad_create(host, ret_instance);
}
BAD_PLUGIN(.create = create)
#elif BAD_MOMENT == 3
static int32_t start(void *instance, const struct pw_document *config)
{
    crash();
    return bad_start(instance, config);
}
BAD_PLUGIN(.start = start)
#elif BAD_MOMENT == 4
static int32_t handle(void *instance, const struct pw_message *message)
{
    crash();
    return bad_handle(instance, message);
}
BAD_PLUGIN(.handle = handle)
#elif BAD_MOMENT == 5
static void destroy(void *instance)
{
    crash();
    bad_destroy(instance);
}
BAD_PLUGIN(.destroy = destroy)
#endif
