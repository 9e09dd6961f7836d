/* SPDX-License-Identifier: MIT */
/*
 * Synthetic raw performance classes. Widths as in shared/facts/windows.md; names of PhysicalDisk,
 * NetworkInterface and Process as recorded, of the others from common knowledge, not seen on a
 * host.
 */
#include "sim/tables.h"

/* clang-format off: one row a property */
static const struct sim_instance only[] = {{NULL, 100, 100}};

/* user 15 %, privileged 6 % of a CPU of a host at 100 percent; idle is what remains
 * (PercentProcessorTime is idle time, an inverse counter). */
static const struct sim_instance cpus[] = {{"0", 120, 120}, {"1", 80, 80}, {"_Total", 200, 100}};

static const struct sim_property processor[] = {
    U64("C1TransitionsPersec", 0, 250000),
    U64("C2TransitionsPersec", 0, 0),
    U64("C3TransitionsPersec", 0, 0),
    NIL("Caption"),
    NIL("Description"),
    TEXT("DPCRate", "0"),
    U32("DPCsQueuedPersec", 0, 40000),
    FREQUENCIES("0"),
    U32("InterruptsPersec", 4294000000u, 900000),
    KEY("Name"),
    SAME("PercentC1Time", "PercentProcessorTime"),
    MEAN("PercentC2Time", 0),
    MEAN("PercentC3Time", 0),
    MEAN("PercentDPCTime", 3),
    SAME("PercentIdleTime", "PercentProcessorTime"),
    MEAN("PercentInterruptTime", 5),
    MEAN("PercentPrivilegedTime", 60),
    REST("PercentProcessorTime", "PercentPrivilegedTime|PercentUserTime"),
    MEAN("PercentUserTime", 150),
    TIMESTAMPS,
};

static const struct sim_property memory[] = {
    WAVE("AvailableBytes", 1024, 3072, 300, 1048576),
    WAVE("AvailableKBytes", 1024, 3072, 300, 1024),
    WAVE("AvailableMBytes", 1024, 3072, 300, 1),
    WAVE("CacheBytes", 64, 256, 600, 1048576),
    TEXT("CacheBytesPeak", "268435456"),
    U32("CacheFaultsPersec", 0, 120000),
    NIL("Caption"),
    TEXT("CommitLimit", "5368709120"),
    WAVE("CommittedBytes", 1024, 3072, 400, 1048576),
    U32("DemandZeroFaultsPersec", 4290000000u, 800000),
    NIL("Description"),
    WAVE("FreeAndZeroPageListBytes", 256, 512, 200, 1048576),
    TEXT("FreeSystemPageTableEntries", "33555000"),
    FREQUENCIES("0"),
    WAVE("ModifiedPageListBytes", 8, 64, 150, 1048576),
    NIL("Name"),
    U32("PageFaultsPersec", 4294900000u, 1500000),
    U32("PageReadsPersec", 0, 3000),
    U32("PagesInputPersec", 0, 9000),
    U32("PagesOutputPersec", 0, 4000),
    SUM32("PagesPersec", "PagesInputPersec|PagesOutputPersec"),
    U32("PageWritesPersec", 0, 1000),
    WAVE("PercentCommittedBytesInUse", 1024, 3072, 400, 256),
    TEXT("PercentCommittedBytesInUse_Base", "1310720"),
    U32("PoolNonpagedAllocs", 60000, 100),
    WAVE("PoolNonpagedBytes", 32, 64, 900, 1048576),
    U32("PoolPagedAllocs", 90000, 100),
    WAVE("PoolPagedBytes", 64, 128, 900, 1048576),
    WAVE("PoolPagedResidentBytes", 48, 96, 900, 1048576),
    WAVE("StandbyCacheCoreBytes", 16, 32, 700, 1048576),
    WAVE("StandbyCacheNormalPriorityBytes", 256, 512, 700, 1048576),
    WAVE("StandbyCacheReserveBytes", 8, 16, 700, 1048576),
    WAVE("SystemCacheResidentBytes", 64, 256, 600, 1048576),
    TEXT("SystemCodeResidentBytes", "0"),
    TEXT("SystemCodeTotalBytes", "0"),
    TEXT("SystemDriverResidentBytes", "4820992"),
    TEXT("SystemDriverTotalBytes", "12300288"),
    TIMESTAMPS,
    U32("TransitionFaultsPersec", 0, 600000),
    U32("TransitionPagesRePurposedPersec", 0, 0),
    U32("WriteCopiesPersec", 0, 5000),
};

static const struct sim_property system_objects[] = {
    U32("AlignmentFixupsPersec", 0, 0),
    NIL("Caption"),
    U32("ContextSwitchesPersec", 4294500000u, 2500000),
    NIL("Description"),
    U32("ExceptionDispatchesPersec", 0, 2000),
    U64("FileControlBytesPersec", 0, 90000000),
    U32("FileControlOperationsPersec", 0, 500000),
    SUM32("FileDataOperationsPersec", "FileReadOperationsPersec|FileWriteOperationsPersec"),
    U64("FileReadBytesPersec", 0, 4000000000u),
    U32("FileReadOperationsPersec", 0, 300000),
    U64("FileWriteBytesPersec", 0, 1500000000u),
    U32("FileWriteOperationsPersec", 0, 100000),
    U32("FloatingEmulationsPersec", 0, 0),
    FREQUENCIES("10000000"),
    NIL("Name"),
    TEXT("PercentRegistryQuotaInUse", "23000000"),
    TEXT("PercentRegistryQuotaInUse_Base", "375809638"),
    WAVE("Processes", 40, 80, 240, 1),
    WAVE("ProcessorQueueLength", 0, 6, 60, 1),
    U32("SystemCallsPersec", 4294967000u, 9000000),
    BOOT("SystemUpTime"),
    WAVE("Threads", 500, 900, 240, 1),
    TIMESTAMPS_OBJECT,
};

static const struct sim_instance paging_files[] = {{"\\??\\C:\\pagefile.sys", 100, 100},
                                                   {"_Total", 100, 100}};

static const struct sim_property paging_file[] = {
    NIL("Caption"),
    NIL("Description"),
    FREQUENCIES("0"),
    KEY("Name"),
    WAVE("PercentUsage", 0, 128, 600, 256),
    TEXT("PercentUsage_Base", "262144"),
    TEXT("PercentUsagePeak", "32768"),
    TEXT("PercentUsagePeak_Base", "262144"),
    TIMESTAMPS,
};

/* The two disk classes share these rows. Private _Base timestamps are not Timestamp_Sys100NS
 * (shared/facts/windows.md). */
#define DISK_AVERAGES                                                                              \
    SAME("AvgDiskBytesPerRead", "DiskReadBytesPersec"),                                            \
        SAME("AvgDiskBytesPerRead_Base", "DiskReadsPersec"),                                       \
        SAME("AvgDiskBytesPerTransfer", "DiskBytesPersec"),                                        \
        SAME("AvgDiskBytesPerTransfer_Base", "DiskTransfersPersec"),                               \
        SAME("AvgDiskBytesPerWrite", "DiskWriteBytesPersec"),                                      \
        SAME("AvgDiskBytesPerWrite_Base", "DiskWritesPersec"),                                     \
        SUM64("AvgDiskQueueLength", "AvgDiskReadQueueLength|AvgDiskWriteQueueLength"),             \
        TICKS("AvgDiskReadQueueLength", 20), U32("AvgDisksecPerRead", 4232087500u, 25000000000u),  \
        SAME("AvgDisksecPerRead_Base", "DiskReadsPersec"),                                         \
        SUM32("AvgDisksecPerTransfer", "AvgDisksecPerRead|AvgDisksecPerWrite"),                    \
        SAME("AvgDisksecPerTransfer_Base", "DiskTransfersPersec"),                                 \
        U32("AvgDisksecPerWrite", 1297212500u, 12000000000u),                                      \
        SAME("AvgDisksecPerWrite_Base", "DiskWritesPersec"), TICKS("AvgDiskWriteQueueLength", 10), \
        NIL("Caption"), WAVE("CurrentDiskQueueLength", 0, 4, 30, 1), NIL("Description"),           \
        SUM64("DiskBytesPersec", "DiskReadBytesPersec|DiskWriteBytesPersec"),                      \
        U64("DiskReadBytesPersec", 24306176, 2000000000u), U32("DiskReadsPersec", 968, 40000),     \
        SUM32("DiskTransfersPersec", "DiskReadsPersec|DiskWritesPersec"),                          \
        U64("DiskWriteBytesPersec", 1970176, 700000000u), U32("DiskWritesPersec", 315, 15000)

#define DISK_TIMES                                                            \
    MEAN("PercentDiskReadTime", 20), NOW("PercentDiskReadTime_Base", 20012),  \
        SUM64("PercentDiskTime", "PercentDiskReadTime|PercentDiskWriteTime"), \
        NOW("PercentDiskTime_Base", 20012), MEAN("PercentDiskWriteTime", 10), \
        NOW("PercentDiskWriteTime_Base", 20012)

static const struct sim_instance logical_disks[] = {
    {"C:", 100, 100}, {"D:", 50, 50}, {"HarddiskVolume1", 10, 10}, {"_Total", 160, 53}};

static const struct sim_property logical_disk[] = {
    DISK_AVERAGES,
    WAVE("FreeMegabytes", 20480, 61440, 1200, 1),
    FREQUENCIES("0"),
    KEY("Name"),
    DISK_TIMES,
    WAVE("PercentFreeSpace", 20480, 61440, 1200, 1),
    EACH("PercentFreeSpace_Base", "102400|51200|10240|163840"),
    REST("PercentIdleTime", "PercentDiskTime"),
    NOW("PercentIdleTime_Base", 20012),
    U32("SplitIOPerSec", 0, 100),
    TIMESTAMPS,
};

static const struct sim_instance physical_disks[] = {
    {"0 C:", 100, 100}, {"1 D:", 50, 50}, {"_Total", 150, 75}};

static const struct sim_property physical_disk[] = {
    DISK_AVERAGES,
    FREQUENCIES("0"),
    KEY("Name"),
    DISK_TIMES,
    REST("PercentIdleTime", "PercentDiskTime"),
    NOW("PercentIdleTime_Base", 20012),
    U32("SplitIOPerSec", 0, 100),
    TIMESTAMPS,
};

static const struct sim_instance interfaces[] = {{"Intel[R] PRO_1000", 100, 100},
                                                 {"Intel[R] PRO_1000 _2", 20, 20},
                                                 {"isatap.example.com", 0, 0}};

static const struct sim_property network_interface[] = {
    U64("BytesReceivedPersec", 912447, 3000000000u),
    U64("BytesSentPersec", 3583981, 900000000u),
    SUM64("BytesTotalPersec", "BytesReceivedPersec|BytesSentPersec"),
    NIL("Caption"),
    EACH("CurrentBandwidth", "1000000000|1000000000|100000"),
    NIL("Description"),
    FREQUENCIES("0"),
    KEY("Name"),
    TEXT("OffloadedConnections", "0"),
    TEXT("OutputQueueLength", "0"),
    U32("PacketsOutboundDiscarded", 0, 20),
    U32("PacketsOutboundErrors", 0, 10),
    SUM32("PacketsPersec", "PacketsReceivedPersec|PacketsSentPersec"),
    U32("PacketsReceivedDiscarded", 0, 30),
    U32("PacketsReceivedErrors", 0, 10),
    U32("PacketsReceivedNonUnicastPersec", 3, 2000),
    SUM32("PacketsReceivedPersec", "PacketsReceivedNonUnicastPersec|PacketsReceivedUnicastPersec"),
    U32("PacketsReceivedUnicastPersec", 4294960000u, 3000000),
    U32("PacketsReceivedUnknown", 0, 0),
    U32("PacketsSentNonUnicastPersec", 282, 500),
    SUM32("PacketsSentPersec", "PacketsSentNonUnicastPersec|PacketsSentUnicastPersec"),
    U32("PacketsSentUnicastPersec", 5571, 1500000),
    TIMESTAMPS,
};

static const struct sim_property tcpv4[] = {
    NIL("Caption"),
    U32("ConnectionFailures", 12, 30),
    U32("ConnectionsActive", 100, 2000),
    WAVE("ConnectionsEstablished", 20, 120, 180, 1),
    U32("ConnectionsPassive", 80, 3000),
    U32("ConnectionsReset", 5, 100),
    NIL("Description"),
    FREQUENCIES("0"),
    NIL("Name"),
    SUM32("SegmentsPersec", "SegmentsReceivedPersec|SegmentsSentPersec"),
    U32("SegmentsReceivedPersec", 4294960000u, 2500000),
    U32("SegmentsRetransmittedPersec", 0, 300),
    U32("SegmentsSentPersec", 0, 1400000),
    TIMESTAMPS,
};

static const struct sim_instance processes[] = {{"System", 20, 20},
                                                {"svchost", 60, 60},
                                                {"svchost#1", 30, 30},
                                                {"sqlservr", 150, 150},
                                                {"_Total", 260, 260}};

static const struct sim_property process[] = {
    NIL("Caption"),
    TEXT("CreatingProcessID", "4"),
    NIL("Description"),
    BOOT("ElapsedTime"),
    FREQUENCIES("10000000"),
    WAVE("HandleCount", 200, 400, 500, 1),
    EACH("IDProcess", "4|812|936|2044|0"),
    SUM64("IODataBytesPersec", "IOReadBytesPersec|IOWriteBytesPersec"),
    SUM64("IODataOperationsPersec", "IOReadOperationsPersec|IOWriteOperationsPersec"),
    U64("IOOtherBytesPersec", 0, 20000000),
    U64("IOOtherOperationsPersec", 0, 90000),
    U64("IOReadBytesPersec", 0, 400000000),
    U64("IOReadOperationsPersec", 0, 50000),
    U64("IOWriteBytesPersec", 0, 100000000),
    U64("IOWriteOperationsPersec", 0, 20000),
    KEY("Name"),
    U32("PageFaultsPersec", 1, 200000),
    WAVE("PageFileBytes", 16, 48, 500, 1048576),
    TEXT("PageFileBytesPeak", "134217728"),
    MEAN("PercentPrivilegedTime", 10),
    SUM64("PercentProcessorTime", "PercentPrivilegedTime|PercentUserTime"),
    MEAN("PercentUserTime", 40),
    TEXT("PoolNonpagedBytes", "24576"),
    TEXT("PoolPagedBytes", "180224"),
    TEXT("PriorityBase", "8"),
    WAVE("PrivateBytes", 16, 48, 500, 1048576),
    WAVE("ThreadCount", 8, 24, 500, 1),
    TIMESTAMPS_OBJECT,
    TEXT("VirtualBytes", "2199180640256"),
    TEXT("VirtualBytesPeak", "2199182737408"),
    WAVE("WorkingSet", 24, 64, 500, 1048576),
    TEXT("WorkingSetPeak", "167772160"),
    WAVE("WorkingSetPrivate", 12, 32, 500, 1048576),
};

const struct sim_class sim_classes_perf[] = {
    CLASS("Win32_PerfRawData_PerfOS_Processor", "Name", cpus, processor),
    CLASS("Win32_PerfRawData_PerfOS_Memory", NULL, only, memory),
    CLASS("Win32_PerfRawData_PerfOS_System", NULL, only, system_objects),
    CLASS("Win32_PerfRawData_PerfOS_PagingFile", "Name", paging_files, paging_file),
    CLASS("Win32_PerfRawData_PerfDisk_LogicalDisk", "Name", logical_disks, logical_disk),
    CLASS("Win32_PerfRawData_PerfDisk_PhysicalDisk", "Name", physical_disks, physical_disk),
    CLASS("Win32_PerfRawData_Tcpip_NetworkInterface", "Name", interfaces, network_interface),
    CLASS("Win32_PerfRawData_Tcpip_TCPv4", NULL, only, tcpv4),
    CLASS("Win32_PerfRawData_PerfProc_Process", "Name", processes, process),
};
const size_t sim_classes_perf_count = COUNT(sim_classes_perf);
/* clang-format on */
