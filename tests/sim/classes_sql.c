/* SPDX-License-Identifier: MIT */
/*
 * Synthetic raw performance classes of SQL Server's default instance. Names and widths from the
 * sources that conf/modules/mssql.yaml cites; not seen on a host.
 */
#include "sim/tables.h"

/* clang-format off: one row a property */
static const struct sim_instance only[] = {{NULL, 100, 100}};

static const struct sim_property general_statistics[] = {
    NIL("Caption"),
    U64("ConnectionResetPersec", 0, 40000),
    NIL("Description"),
    FREQUENCIES("0"),
    U64("LoginsPersec", 0, 2000),
    U64("LogoutsPersec", 0, 1900),
    NIL("Name"),
    RAW64("Processesblocked", 0, 5, 60, 1),
    TIMESTAMPS,
    RAW64("Transactions", 0, 20, 60, 1),
    RAW64("UserConnections", 10, 60, 300, 1),
};

static const struct sim_property sql_statistics[] = {
    U64("BatchRequestsPersec", 4294967000u, 900000),
    NIL("Caption"),
    NIL("Description"),
    FREQUENCIES("0"),
    NIL("Name"),
    U64("SQLCompilationsPersec", 0, 30000),
    U64("SQLReCompilationsPersec", 0, 2000),
    TIMESTAMPS,
};

static const struct sim_property buffer_manager[] = {
    WAVE("Buffercachehitratio", 900, 1000, 300, 1, AS64(PERF_LARGE_FRACTION)),
    TEXT_AS("Buffercachehitratio_Base", "1000", AS64(PERF_LARGE_BASE)),
    NIL("Caption"),
    U64("CheckpointpagesPersec", 0, 9000),
    RAW64("Databasepages", 100000, 120000, 300, 1),
    NIL("Description"),
    FREQUENCIES("0"),
    U64("LazywritesPersec", 0, 700),
    NIL("Name"),
    RAW64("Pagelifeexpectancy", 300, 90000, 3600, 1),
    U64("PagereadsPersec", 10, 50000),
    U64("PagewritesPersec", 20, 20000),
    TIMESTAMPS,
};

static const struct sim_property memory_manager[] = {
    NIL("Caption"),   NIL("Description"),
    FREQUENCIES("0"), RAW64("MemoryGrantsPending", 0, 3, 60, 1),
    NIL("Name"),      RAW64("TargetServerMemoryKB", 2097152, 2097152, 300, 1),
    TIMESTAMPS,       RAW64("TotalServerMemoryKB", 1048576, 2097152, 600, 1),
};

static const struct sim_instance resources[] = {
    {"Database", 20, 20}, {"Page", 30, 30}, {"_Total", 100, 100}};

static const struct sim_property locks[] = {
    U64_AS("AverageWaitTimems", 0, 200000, PERF_AVG_BULK),
    U64_AS("AverageWaitTimems_Base", 0, 4000, PERF_AVG_BASE),
    NIL("Caption"),
    NIL("Description"),
    FREQUENCIES("0"),
    U64("LockRequestsPersec", 0, 9000000),
    U64("LockTimeoutsPersec", 0, 300),
    U64("LockWaitsPersec", 0, 4000),
    KEY("Name"),
    U64("NumberofDeadlocksPersec", 0, 4),
    TIMESTAMPS,
};

static const struct sim_instance databases[] = {
    {"crm", 70, 70}, {"tempdb", 30, 30}, {"_Total", 100, 100}};

static const struct sim_property database[] = {
    RAW64("ActiveTransactions", 0, 20, 60, 1),
    NIL("Caption"),
    RAW64("DataFilesSizeKB", 8388608, 8388608, 600, 1),
    NIL("Description"),
    FREQUENCIES("0"),
    U64("LogBytesFlushedPersec", 0, 900000000),
    RAW64("LogFilesSizeKB", 1048576, 1048576, 600, 1),
    RAW64("LogFilesUsedSizeKB", 131072, 524288, 600, 1),
    KEY("Name"),
    TIMESTAMPS,
    U64("TransactionsPersec", 4294967290u, 400000),
};

const struct sim_class sim_classes_sql[] = {
    CLASS("Win32_PerfRawData_MSSQLSERVER_SQLServerGeneralStatistics", NULL, only,
          general_statistics),
    CLASS("Win32_PerfRawData_MSSQLSERVER_SQLServerSQLStatistics", NULL, only, sql_statistics),
    CLASS("Win32_PerfRawData_MSSQLSERVER_SQLServerBufferManager", NULL, only, buffer_manager),
    CLASS("Win32_PerfRawData_MSSQLSERVER_SQLServerMemoryManager", NULL, only, memory_manager),
    CLASS("Win32_PerfRawData_MSSQLSERVER_SQLServerLocks", "Name", resources, locks),
    CLASS("Win32_PerfRawData_MSSQLSERVER_SQLServerDatabases", "Name", databases, database),
};
const size_t sim_classes_sql_count = COUNT(sim_classes_sql);
/* clang-format on */
