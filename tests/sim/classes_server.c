/* SPDX-License-Identifier: MIT */
/*
 * Synthetic raw performance classes of server roles: IIS, ASP.NET, .NET, sessions, Active
 * Directory, DNS, DHCP, Hyper-V, printing. Names and widths from the sources that the files of
 * conf/modules cite; types as those say, of which many have not been seen on a host.
 */
#include "sim/tables.h"

/* clang-format off: one row a property */
static const struct sim_instance only[] = {{NULL, 100, 100}};

static const struct sim_instance sites[] = {
    {"Default Web Site", 70, 70}, {"intranet", 30, 30}, {"_Total", 100, 100}};

static const struct sim_property web_service[] = {
    U64("BytesReceivedPersec", 1000, 200000000),
    U64("BytesSentPersec", 2000, 5000000000u),
    SUM64("BytesTotalPersec", "BytesReceivedPersec|BytesSentPersec"),
    NIL("Caption"),
    U32("ConnectionAttemptsPersec", 4294967000u, 20000),
    RAW32("CurrentConnections", 5, 80, 120, 1),
    NIL("Description"),
    FREQUENCIES("0"),
    U32("GetRequestsPersec", 4294960000u, 90000),
    U32("LockedErrorsPersec", 0, 10),
    KEY("Name"),
    U32("NotFoundErrorsPersec", 0, 500),
    U32("PostRequestsPersec", 10, 10000),
    U32_AS("ServiceUptime", 0, 1000, PERF_RAWCOUNT),
    TIMESTAMPS,
    SUM32("TotalMethodRequestsPersec", "GetRequestsPersec|PostRequestsPersec"),
};

static const struct sim_instance pools[] = {
    {"DefaultAppPool", 100, 100}, {"intranet", 50, 50}, {"_Total", 150, 75}};

static const struct sim_property app_pool[] = {
    NIL("Caption"),
    EACH_AS("CurrentApplicationPoolState", "3|5|0", AS32(PERF_RAWCOUNT)),
    BOOT("CurrentApplicationPoolUptime"),
    EACH_AS("CurrentWorkerProcesses", "2|0|2", AS32(PERF_RAWCOUNT)),
    NIL("Description"),
    FREQUENCIES("10000000"),
    EACH_AS("MaximumWorkerProcesses", "4|1|5", AS32(PERF_RAWCOUNT)),
    KEY("Name"),
    TEXT_AS("RecentWorkerProcessFailures", "0", AS32(PERF_RAWCOUNT)),
    BOOT("TimeSinceLastWorkerProcessFailure"),
    TIMESTAMPS_OBJECT,
    TOTAL("TotalApplicationPoolRecycles", 3, 2),
    BOOT("TotalApplicationPoolUptime"),
    TOTAL("TotalWorkerProcessesCreated", 5, 3),
    TOTAL("TotalWorkerProcessFailures", 1, 1),
    TOTAL("TotalWorkerProcessPingFailures", 0, 1),
    TOTAL("TotalWorkerProcessShutdownFailures", 0, 0),
    TOTAL("TotalWorkerProcessStartupFailures", 0, 0),
};

static const struct sim_instance workers[] = {
    {"4711_DefaultAppPool", 70, 70}, {"4800_intranet", 30, 30}, {"_Total", 100, 100}};

static const struct sim_property worker[] = {
    RAW32("ActiveRequests", 0, 40, 60, 1),
    RAW32("ActiveThreadsCount", 4, 30, 60, 1),
    NIL("Caption"),
    NIL("Description"),
    FREQUENCIES("0"),
    KEY("Name"),
    U32("RequestsPerSec", 0, 100000),
    TIMESTAMPS,
    TOTAL("TotalHTTPRequestsServed", 4294967000u, 100000),
};

static const struct sim_property aspnet[] = {
    TOTAL("ApplicationRestarts", 2, 1),
    RAW32("ApplicationsRunning", 1, 4, 900, 1),
    NIL("Caption"),
    NIL("Description"),
    FREQUENCIES("0"),
    NIL("Name"),
    RAW32("RequestExecutionTime", 5, 250, 40, 1),
    RAW32("RequestsCurrent", 0, 30, 60, 1),
    TOTAL("RequestsDisconnected", 0, 10),
    RAW32("RequestsQueued", 0, 5, 60, 1),
    TOTAL("RequestsRejected", 0, 3),
    RAW32("RequestWaitTime", 0, 20, 40, 1),
    RAW32("StateServerSessionsActive", 0, 1, 900, 1),
    TIMESTAMPS,
    TEXT_AS("WorkerProcessesRunning", "2", AS32(PERF_RAWCOUNT)),
    TOTAL("WorkerProcessRestarts", 0, 1),
};

static const struct sim_instance applications[] = {
    {"_LM_W3SVC_1_ROOT", 60, 60}, {"_LM_W3SVC_2_ROOT_shop", 40, 40}, {"__Total__", 100, 100}};

static const struct sim_property application[] = {
    NIL("Caption"),
    NIL("Description"),
    TOTAL("ErrorsTotal", 4, 200),
    FREQUENCIES("0"),
    KEY("Name"),
    RAW32("RequestsExecuting", 0, 20, 60, 1),
    RAW32("RequestsInApplicationQueue", 0, 5, 60, 1),
    U32("RequestsPerSec", 0, 90000),
    TOTAL("RequestsTotal", 4294967000u, 90000),
    RAW32("SessionsActive", 0, 50, 300, 1),
    TIMESTAMPS,
};

static const struct sim_instance programs[] = {{"w3wp", 60, 60}, {"_Global_", 100, 100}};

static const struct sim_property clr_memory[] = {
    U64("AllocatedBytesPersec", 0, 40000000000u),
    NIL("Caption"),
    NIL("Description"),
    FREQUENCIES("0"),
    RAW64("LargeObjectHeapsize", 4, 16, 200, 1048576),
    KEY("Name"),
    RAW64("NumberBytesinallHeaps", 32, 128, 200, 1048576),
    TOTAL("NumberGen0Collections", 100, 2000),
    TOTAL("NumberGen1Collections", 50, 700),
    TOTAL("NumberGen2Collections", 10, 90),
    RAW64("NumberTotalcommittedBytes", 64, 160, 200, 1048576),
    RAW64("NumberTotalreservedBytes", 256, 256, 200, 1048576),
    WAVE("PercentTimeinGC", 0, 200000, 100, 1, AS32(PERF_FRACTION)),
    TEXT_AS("PercentTimeinGC_Base", "1000000", AS32(PERF_FRACTION_BASE)),
    TIMESTAMPS,
};

static const struct sim_property clr_exceptions[] = {
    NIL("Caption"),
    NIL("Description"),
    FREQUENCIES("0"),
    KEY("Name"),
    TOTAL("NumberofExcepsThrown", 4294967290u, 400),
    U32("NumberofExcepsThrownPersec", 4294967290u, 400),
    U32("NumberofFiltersPersec", 0, 0),
    U32("NumberofFinallysPersec", 0, 100),
    U32("ThrowToCatchDepthPersec", 0, 1200),
    TIMESTAMPS,
};

static const struct sim_property clr_threads[] = {
    NIL("Caption"),
    NIL("Description"),
    FREQUENCIES("0"),
    KEY("Name"),
    RAW32("NumberofcurrentlogicalThreads", 10, 60, 100, 1),
    RAW32("NumberofcurrentphysicalThreads", 8, 50, 100, 1),
    RAW32("QueueLengthPeak", 3, 3, 100, 1),
    TIMESTAMPS,
    TOTAL("TotalNumberofContentions", 0, 3000),
};

static const struct sim_property terminal_services[] = {
    RAW32("ActiveSessions", 0, 4, 900, 1),
    NIL("Caption"),
    NIL("Description"),
    FREQUENCIES("0"),
    RAW32("InactiveSessions", 1, 3, 700, 1),
    NIL("Name"),
    TIMESTAMPS,
    SUM_AS("TotalSessions", "ActiveSessions|InactiveSessions", AS32(PERF_RAWCOUNT)),
};

static const struct sim_instance directories[] = {{"NTDS", 100, 100}};

static const struct sim_property directory[] = {
    RAW32("ATQThreadsTotal", 4, 4, 100, 1),
    NIL("Caption"),
    NIL("Description"),
    U32("DRAInboundBytesTotalPersec", 4294000000u, 900000),
    U32("DRAInboundObjectsAppliedPersec", 0, 900),
    U32("DRAOutboundBytesTotalPersec", 0, 1200000),
    RAW32("DRAPendingReplicationOperations", 0, 6, 300, 1),
    RAW32("DRAPendingReplicationSynchronizations", 0, 12, 300, 1),
    U32("DSDirectoryReadsPersec", 0, 250000),
    U32("DSDirectorySearchesPersec", 0, 90000),
    U32("DSDirectoryWritesPersec", 0, 3000),
    FREQUENCIES("10000000"),
    RAW32("LDAPActiveThreads", 0, 8, 60, 1),
    RAW32("LDAPBindTime", 0, 30, 60, 1),
    RAW32("LDAPClientSessions", 40, 200, 300, 1),
    U32("LDAPNewConnectionsPersec", 0, 4000),
    U32("LDAPNewSSLConnectionsPersec", 0, 1000),
    U32("LDAPSearchesPersec", 4294967000u, 80000),
    U32("LDAPSuccessfulBindsPersec", 0, 3500),
    U32("LDAPWritesPersec", 0, 900),
    KEY("Name"),
    U32("NTLMBindsPersec", 0, 100),
    U32("SAMPasswordChangesPersec", 0, 5),
    TIMESTAMPS_OBJECT,
};

static const struct sim_property dns[] = {
    TOTAL("AXFRSuccessSent", 3, 1),
    RAW32("CachingMemory", 2, 8, 600, 1048576),
    NIL("Caption"),
    RAW32("DatabaseNodeMemory", 1, 4, 600, 1048576),
    NIL("Description"),
    TOTAL("DynamicUpdateRejected", 0, 20),
    TOTAL("DynamicUpdateTimeOuts", 0, 2),
    TOTAL("DynamicUpdateWrittentoDatabase", 10, 300),
    FREQUENCIES("0"),
    NIL("Name"),
    TOTAL("RecursiveQueries", 0, 60000),
    TOTAL("RecursiveQueryFailure", 0, 800),
    TOTAL("RecursiveSendTimeOuts", 0, 400),
    TOTAL("SecureUpdateFailure", 0, 5),
    TOTAL("SecureUpdateReceived", 10, 250),
    TOTAL("TCPQueryReceived", 0, 2000),
    TOTAL("TCPResponseSent", 0, 2000),
    TIMESTAMPS,
    SUM_AS("TotalQueryReceived", "TCPQueryReceived|UDPQueryReceived", AS32(PERF_RAWCOUNT)),
    SUM32("TotalQueryReceivedPersec", "TCPQueryReceived|UDPQueryReceived"),
    TOTAL("UDPQueryReceived", 4294967000u, 300000),
    TOTAL("UDPResponseSent", 4294960000u, 299000),
    TOTAL("ZoneTransferFailure", 0, 1),
};

static const struct sim_property dhcp[] = {
    U32("AcksPersec", 100, 1200),
    RAW32("ActiveQueueLength", 0, 6, 60, 1),
    NIL("Caption"),
    RAW32("ConflictCheckQueueLength", 0, 3, 60, 1),
    U32("DeclinesPersec", 0, 5),
    NIL("Description"),
    U32("DiscoversPersec", 4294967290u, 600),
    U32("DuplicatesDroppedPersec", 0, 8),
    FREQUENCIES("0"),
    U32("InformsPersec", 0, 90),
    RAW32("MillisecondsperpacketAvg", 0, 15, 60, 1),
    U32("NacksPersec", 0, 12),
    NIL("Name"),
    U32("OffersPersec", 0, 590),
    U32("PacketsExpiredPersec", 0, 2),
    SUM32("PacketsReceivedPersec",
          "DeclinesPersec|DiscoversPersec|InformsPersec|ReleasesPersec|RequestsPersec"),
    U32("ReleasesPersec", 0, 30),
    U32("RequestsPersec", 100, 1250),
    TIMESTAMPS,
};

static const struct sim_instance logical_processors[] = {
    {"Hv LP 0", 120, 120}, {"Hv LP 1", 80, 80}, {"_Total", 200, 100}};

static const struct sim_property hypervisor_processor[] = {
    NIL("Caption"),
    U64("ContextSwitchesPersec", 0, 3000000),
    NIL("Description"),
    FREQUENCIES("0"),
    KEY("Name"),
    MEAN("PercentGuestRunTime", 120, AS64(PERF_PRECISION_100NS)),
    NOW_AS("PercentGuestRunTime_Base", 4711, AS64(PERF_LARGE_BASE)),
    MEAN("PercentHypervisorRunTime", 15, AS64(PERF_PRECISION_100NS)),
    NOW_AS("PercentHypervisorRunTime_Base", 4711, AS64(PERF_LARGE_BASE)),
    REST("PercentIdleTime", "PercentTotalRunTime", AS64(PERF_PRECISION_100NS)),
    NOW_AS("PercentIdleTime_Base", 4711, AS64(PERF_LARGE_BASE)),
    SUM_AS("PercentTotalRunTime", "PercentGuestRunTime|PercentHypervisorRunTime",
           AS64(PERF_PRECISION_100NS)),
    NOW_AS("PercentTotalRunTime_Base", 4711, AS64(PERF_LARGE_BASE)),
    TIMESTAMPS,
    U64("TotalInterruptsPersec", 0, 5000000),
};

static const struct sim_property hypervisor[] = {
    NIL("Caption"),   NIL("Description"),
    FREQUENCIES("0"), TEXT_AS("LogicalProcessors", "2", AS64(PERF_LARGE_RAWCOUNT)),
    NIL("Name"),      TEXT_AS("Partitions", "3", AS64(PERF_LARGE_RAWCOUNT)),
    TIMESTAMPS,       TEXT_AS("VirtualProcessors", "6", AS64(PERF_LARGE_RAWCOUNT)),
};

static const struct sim_property guest_health[] = {
    NIL("Caption"),
    NIL("Description"),
    FREQUENCIES("0"),
    RAW32("HealthCritical", 0, 1, 1800, 1),
    TEXT_AS("HealthOk", "2", AS32(PERF_RAWCOUNT)),
    NIL("Name"),
    TIMESTAMPS,
};

static const struct sim_instance printers[] = {
    {"HP LaserJet 4250", 70, 70}, {"Labels (2nd floor)", 30, 30}, {"_Total", 100, 100}};

static const struct sim_property print_queue[] = {
    U64("BytesPrintedPersec", 0, 30000000),
    NIL("Caption"),
    NIL("Description"),
    FREQUENCIES("0"),
    TOTAL("JobErrors", 0, 20),
    RAW32("Jobs", 0, 6, 200, 1),
    RAW32("JobsSpooling", 0, 2, 200, 1),
    KEY("Name"),
    TOTAL("NotReadyErrors", 0, 2),
    TOTAL("OutofPaperErrors", 0, 3),
    TIMESTAMPS,
    TOTAL("TotalJobsPrinted", 10, 60),
    TOTAL("TotalPagesPrinted", 4294967290u, 400),
};

static const struct sim_instance numbered[] = {
    {"0,0", 120, 120}, {"0,1", 80, 80}, {"0,_Total", 200, 100}, {"_Total", 200, 100}};

static const struct sim_property processor_information[] = {
    NIL("Caption"),
    NIL("Description"),
    FREQUENCIES("0"),
    KEY("Name"),
    REST("PercentProcessorTime", "PercentUserTime", AS64(PERF_100NS_TIMER_INV)),
    TICKS("PercentProcessorUtility", 300, AS64(PERF_AVG_BULK)),
    TICKS("PercentProcessorUtility_Base", 2, AS32(PERF_AVG_BASE)),
    MEAN("PercentUserTime", 150, AS64(PERF_100NS_TIMER)),
    TIMESTAMPS,
};

const struct sim_class sim_classes_server[] = {
    CLASS("Win32_PerfRawData_W3SVC_WebService", "Name", sites, web_service),
    CLASS("Win32_PerfRawData_APPPOOLCountersProvider_APPPOOLWAS", "Name", pools, app_pool),
    CLASS("Win32_PerfRawData_W3SVCW3WPCounterProvider_W3SVCW3WP", "Name", workers, worker),
    CLASS("Win32_PerfRawData_ASPNET_ASPNET", NULL, only, aspnet),
    CLASS("Win32_PerfRawData_ASPNET_ASPNETApplications", "Name", applications, application),
    CLASS("Win32_PerfRawData_NETFramework_NETCLRMemory", "Name", programs, clr_memory),
    CLASS("Win32_PerfRawData_NETFramework_NETCLRExceptions", "Name", programs, clr_exceptions),
    CLASS("Win32_PerfRawData_NETFramework_NETCLRLocksAndThreads", "Name", programs, clr_threads),
    CLASS("Win32_PerfRawData_LocalSessionManager_TerminalServices", NULL, only, terminal_services),
    CLASS("Win32_PerfRawData_DirectoryServices_DirectoryServices", "Name", directories, directory),
    CLASS("Win32_PerfRawData_DNS_DNS", NULL, only, dns),
    CLASS("Win32_PerfRawData_DHCPServer_DHCPServer", NULL, only, dhcp),
    CLASS("Win32_PerfRawData_HvStats_HyperVHypervisorLogicalProcessor", "Name", logical_processors,
          hypervisor_processor),
    CLASS("Win32_PerfRawData_HvStats_HyperVHypervisor", NULL, only, hypervisor),
    CLASS("Win32_PerfRawData_VmmsVirtualMachineStats_HyperVVirtualMachineHealthSummary", NULL, only,
          guest_health),
    CLASS("Win32_PerfRawData_Spooler_PrintQueue", "Name", printers, print_queue),
    CLASS("Win32_PerfRawData_Counters_ProcessorInformation", "Name", numbered,
          processor_information),
};
const size_t sim_classes_server_count = COUNT(sim_classes_server);
/* clang-format on */
