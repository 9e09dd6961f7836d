/* SPDX-License-Identifier: MIT */
/* MI_Session_GetInstance as Microsoft's pages describe it: once synchronous, once asynchronous. Run
 * by tests/test_mi_example.c: get_instance HOST PORT USER PASSWORD. */
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <mi.h>

static void MI_CALL on_result(MI_Operation *operation, void *context, const MI_Instance *instance,
                              MI_Boolean moreResults, MI_Result result, const MI_Char *error,
                              const MI_Instance *details,
                              MI_Result(MI_CALL *acknowledge)(MI_Operation *))
{
    MI_Value value;
    (void)details, (void)acknowledge;
    if (result == MI_RESULT_OK && MI_Instance_GetElement(instance, MI_T("FreeSpace"), &value, NULL,
                                                         NULL, NULL) == MI_RESULT_OK)
        printf("asynchronous: FreeSpace %s\n", value.string);
    else
        printf("asynchronous: %d %s\n", (int)result, error != NULL ? error : "");
    if (moreResults == MI_FALSE) {
        MI_Operation_Close(operation);
        sem_post(context);
    }
}

int main(int argc, char **argv)
{
    MI_Application application = MI_APPLICATION_NULL;
    MI_Session session = MI_SESSION_NULL;
    MI_Operation operation = MI_OPERATION_NULL;
    MI_DestinationOptions options = MI_DESTINATIONOPTIONS_NULL;
    MI_OperationCallbacks callbacks = MI_OPERATIONCALLBACKS_NULL;
    MI_UserCredentials user = {MI_AUTH_TYPE_BASIC, {{NULL, NULL, NULL}}};
    MI_Instance *key = NULL;
    const MI_Instance *instance = NULL;
    MI_Value value = {.string = MI_T("C:")};
    MI_Boolean more = MI_TRUE;
    MI_Result result = MI_RESULT_FAILED;
    sem_t answered;
    if (argc != 5 || MI_Application_Initialize(0, NULL, NULL, &application) != MI_RESULT_OK)
        return 1;
    user.credentials.usernamePassword.username = argv[3];
    user.credentials.usernamePassword.password = argv[4];
    MI_Application_NewDestinationOptions(&application, &options);
    MI_DestinationOptions_SetTransport(&options, MI_DESTINATIONOPTIONS_TRANSPORT_HTTP);
    MI_DestinationOptions_SetDestinationPort(&options, (MI_Uint32)strtoul(argv[2], NULL, 10));
    MI_DestinationOptions_SetPacketPrivacy(&options, MI_FALSE);
    MI_DestinationOptions_AddDestinationCredentials(&options, &user);
    MI_Application_NewSession(&application, NULL, argv[1], &options, NULL, NULL, &session);
    MI_Application_NewInstance(&application, MI_T("Win32_LogicalDisk"), NULL, &key);
    MI_Instance_AddElement(key, MI_T("DeviceID"), &value, MI_STRING, MI_FLAG_KEY);

    MI_Session_GetInstance(&session, 0, NULL, MI_T("root/cimv2"), key, NULL, &operation);
    while (more)
        MI_Operation_GetInstance(&operation, &instance, &more, &result, NULL, NULL);
    if (result == MI_RESULT_OK &&
        MI_Instance_GetElement(instance, MI_T("Size"), &value, NULL, NULL, NULL) == MI_RESULT_OK)
        printf("synchronous: Size %s\n", value.string);
    MI_Operation_Close(&operation);

    sem_init(&answered, 0, 0);
    callbacks.callbackContext = &answered;
    callbacks.instanceResult = on_result;
    MI_Session_GetInstance(&session, 0, NULL, MI_T("root/cimv2"), key, &callbacks, &operation);
    sem_wait(&answered);

    MI_Instance_Delete(key);
    MI_Session_Close(&session, NULL, NULL);
    MI_DestinationOptions_Delete(&options);
    return MI_Application_Close(&application) == MI_RESULT_OK ? 0 : 1;
}
