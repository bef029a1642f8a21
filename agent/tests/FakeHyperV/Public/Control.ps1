function New-FakeHost {
    <#
    .SYNOPSIS
    Makes a host in a folder, and lets this process and its children use it.
    .PARAMETER Path
    The folder of the state; it is made if it is not there. Volumes C and D are folders in it.
    .PARAMETER Property
    Replaces some of the host's facts.
    .PARAMETER Cluster
    Name of the failover cluster that the host is a node of; without it the feature is not installed.
    .OUTPUTS
    The path of volume D.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Path, [hashtable] $Property = @{}, [string] $Cluster)
    $root = [System.IO.Path]::GetFullPath($Path)
    foreach ($volume in 'C', 'D') { [void][System.IO.Directory]::CreateDirectory([System.IO.Path]::Combine($root, $volume)) }
    $env:HVO_FAKE_STATE = $root
    $separator = [System.IO.Path]::DirectorySeparatorChar
    $facts = @{
        name = 'HYPERV01'; smbiosUuid = [guid]::NewGuid().ToString(); machineGuid = [guid]::NewGuid().ToString()
        osName = 'Microsoft Windows Server 2022 Datacenter'; osVersion = '10.0.20348'; logon = 'service'; administrator = $true
        logicalProcessors = 64; memoryBytes = 1TB; switches = @('External'); clusterFeature = [bool] $Cluster
        machines = [System.IO.Path]::Combine($root, 'D', 'VMs')
        service = $null; winrm = $null; executionPolicy = $null; acls = $null; defender = $null; switchTypes = $null
        volumes = @('C', 'D' | ForEach-Object { @{ name = [System.IO.Path]::Combine($root, $_) + $separator; capacity = 16TB; free = 15TB } })
    }
    foreach ($key in $Property.Keys) { $facts[$key] = $Property[$key] }
    Write-FakeFile 'host.json' $facts
    if ($Cluster) { Write-FakeFile 'cluster.json' @{ name = $Cluster; groups = @() } }
    [System.IO.Path]::Combine($root, 'D')
}

function Set-FakeHost {
    <#
    .SYNOPSIS
    Changes facts of the host: switches, memoryBytes, logicalProcessors, volumes and the others of host.json.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [hashtable] $Property)
    $lock = Lock-FakeState
    try {
        $facts = Get-FakeHostFact
        foreach ($key in $Property.Keys) { Add-Member -InputObject $facts -NotePropertyName $key -NotePropertyValue $Property[$key] -Force }
        Write-FakeFile 'host.json' $facts
    } finally {
        $lock.Dispose()
    }
}

function Set-FakeGuest {
    <#
    .SYNOPSIS
    Sets what the guest of a running VM tells. Item replaces all of its KVP items. Service has states of integration services by
    name, such as @{ Shutdown = 'NoContact' }, that differ from what the heartbeat says.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [guid] $Id,
        [System.Collections.IDictionary] $Item = @{},
        [string[]] $Address = @(),
        [string] $Heartbeat = 'OkApplicationsUnknown',
        [System.Collections.IDictionary] $Service = @{}
    )
    $lock = Lock-FakeState
    try {
        $guest = @{
            heartbeat = $Heartbeat
            addresses = @($Address)
            items = @($Item.Keys | ForEach-Object { @{ name = $_; data = $Item[$_] } })
            intrinsic = @(@{ name = 'VirtualMachineId'; data = "$Id".ToUpperInvariant() })
            services = $Service
        }
        Write-FakeFile 'guests', "$Id.json" $guest
    } finally {
        $lock.Dispose()
    }
}

function Get-FakeHostItem {
    <#
    .SYNOPSIS
    Returns the KVP items that the host has given to a VM, as an ordered dictionary.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [guid] $Id)
    $found = [ordered] @{}
    $lock = Lock-FakeState
    try {
        foreach ($item in @(Read-FakePool "$Id")) { $found[$item.name] = $item.data }
    } finally {
        $lock.Dispose()
    }
    $found
}

function Edit-FakeVM {
    <#
    .SYNOPSIS
    Changes a VM's record behind Hyper-V's back: what a person, a replica or a migration would do. It is not in the ledger.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [guid] $Id, [Parameter(Mandatory)] [hashtable] $Property)
    $lock = Lock-FakeState
    try {
        $record = Get-FakeRecord | Where-Object { $_.id -eq "$Id" }
        foreach ($key in $Property.Keys) { Add-Member -InputObject $record -NotePropertyName $key -NotePropertyValue $Property[$key] -Force }
        Save-FakeRecord $record
    } finally {
        $lock.Dispose()
    }
}

function Add-FakeFault {
    <#
    .SYNOPSIS
    Orders a fault that strikes a cmdlet: an error, a pause, or the end of the process.
    .PARAMETER Cmdlet
    Name or pattern; calls to CIM have the class or method after a space, as in 'Invoke-CimMethod AddKvpItems'.
    .PARAMETER Vm
    Pattern for the name of the VM that the call is about; '*' is any call.
    .PARAMETER When
    Before the cmdlet does anything, or after its effect (a lost answer).
    .PARAMETER Skip
    How many matching calls pass unharmed first.
    .PARAMETER Times
    How often it strikes; 0 is always.
    .PARAMETER NonTerminating
    The cmdlet writes the error and goes on.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Cmdlet,
        [string] $Vm = '*',
        [ValidateSet('before', 'after')] [string] $When = 'before',
        [int] $Skip = 0,
        [int] $Times = 1,
        [int] $Milliseconds = 0,
        [switch] $Kill,
        [string] $Message = '',
        [string] $Id = 'OperationFailed',
        [System.Management.Automation.ErrorCategory] $Category = 'NotSpecified',
        [switch] $NonTerminating
    )
    $fault = @{
        cmdlet = $Cmdlet; vm = $Vm; when = $When; skip = $Skip; times = $(if ($Times -gt 0) { $Times } else { $null })
        milliseconds = $Milliseconds; kill = [bool] $Kill; message = $Message; id = $Id; category = "$Category"
        nonTerminating = [bool] $NonTerminating
    }
    Set-FakeFault @{ cmdlets = @(@(Get-FakeFault 'cmdlets') + $fault | Where-Object { $null -ne $_ }) }
}

function Set-FakeFault {
    <#
    .SYNOPSIS
    Sets permanent faults: startFailure (words, or null), kvpAnswer ('job', 'failedJob', a number, or null), cmdlets (a list).
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [hashtable] $Property)
    $lock = Lock-FakeState
    try {
        $faults = Read-FakeFile 'faults.json'
        $next = @{ cmdlets = @(); startFailure = $null; kvpAnswer = $null }
        if ($null -ne $faults) { foreach ($one in $faults.PSObject.Properties) { $next[$one.Name] = $one.Value } }
        foreach ($key in $Property.Keys) { $next[$key] = $Property[$key] }
        Write-FakeFile 'faults.json' $next
    } finally {
        $lock.Dispose()
    }
}

function Get-FakeLedger {
    <#
    .SYNOPSIS
    Returns every mutation so far: at, pid, cmdlet, vm_id, name, notes, detail.
    #>
    [CmdletBinding()]
    param([string] $Cmdlet = '*')
    $path = Get-FakePath 'ledger.jsonl'
    if (-not [System.IO.File]::Exists($path)) { return }
    foreach ($line in [System.IO.File]::ReadAllLines($path)) {
        $entry = ConvertFrom-Json -InputObject $line
        if ($entry.cmdlet -like $Cmdlet) { $entry }
    }
}
