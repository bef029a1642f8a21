function Read-FakePool {
    <#
    .SYNOPSIS
    Returns the items that the host has given to a VM.
    #>
    param([string] $Id)
    $pool = Read-FakeFile 'kvp', "$Id.json"
    if ($null -ne $pool) { @($pool.items) }
}

function ConvertTo-FakeItemText {
    <#
    .SYNOPSIS
    Returns items as the embedded instances that CIM gives; null where there are none.
    #>
    param([object[]] $Item, [int] $Source)
    $texts = foreach ($one in @($Item | Where-Object { $null -ne $_ })) {
        $name = [System.Security.SecurityElement]::Escape([string] $one.name)
        $data = [System.Security.SecurityElement]::Escape([string] $one.data)
        '<INSTANCE CLASSNAME="Msvm_KvpExchangeDataItem"><PROPERTY NAME="Caption" TYPE="string"></PROPERTY>' +
        "<PROPERTY NAME=`"Data`" TYPE=`"string`"><VALUE>$data</VALUE></PROPERTY>" +
        '<PROPERTY NAME="Description" TYPE="string"></PROPERTY><PROPERTY NAME="ElementName" TYPE="string"></PROPERTY>' +
        "<PROPERTY NAME=`"Name`" TYPE=`"string`"><VALUE>$name</VALUE></PROPERTY>" +
        "<PROPERTY NAME=`"Source`" TYPE=`"uint16`"><VALUE>$Source</VALUE></PROPERTY></INSTANCE>"
    }
    if (@($texts).Count -gt 0) { , [string[]] @($texts) } else { $null }
}

function ConvertFrom-FakeItemText {
    <#
    .SYNOPSIS
    Reads one embedded instance; null if it is none, or not one of the host's.
    #>
    param([string] $Text)
    try { $document = [xml] $Text } catch { return $null }
    $instance = $document.SelectSingleNode('/INSTANCE[@CLASSNAME="Msvm_KvpExchangeDataItem"]')
    if ($null -eq $instance) { return $null }
    $values = @{}
    foreach ($name in 'Name', 'Data', 'Source') {
        $node = $instance.SelectSingleNode("PROPERTY[@NAME='$name']/VALUE")
        $values[$name] = if ($null -ne $node) { $node.InnerText } else { '' }
    }
    if ($values['Source'] -ne '0') { return $null }
    [pscustomobject] @{ name = $values['Name']; data = $values['Data'] }
}

function Find-FakeItemProblem {
    <#
    .SYNOPSIS
    Returns what makes Hyper-V refuse items; nothing if it takes them.
    #>
    param([string] $Method, [object[]] $Item, [object[]] $Pool)
    if ($Item.Count -eq 0 -or $Item.Count -gt 128) { return "A call takes 1 to 128 items, not $($Item.Count)." }
    # Names that differ in case alone are two names.
    $present = New-Object 'System.Collections.Generic.HashSet[string]'
    foreach ($one in $Pool) { if ($null -ne $one) { [void] $present.Add($one.name) } }
    $given = New-Object 'System.Collections.Generic.HashSet[string]'
    foreach ($one in $Item) {
        if ($null -eq $one -or -not $one.name) { return 'An item is no Msvm_KvpExchangeDataItem of source 0 with a name.' }
        if ($one.name.Length -gt 255) { return 'The name of an item is too long.' }
        if ($one.data.Length -gt 1023) { return 'The value of an item is too long.' }
        if (-not $given.Add($one.name)) { return "The item '$($one.name)' is given twice." }
        $there = $present.Contains($one.name)
        if ($Method -eq 'AddKvpItems' -and $there) { return "The item '$($one.name)' exists." }
        if ($Method -ne 'AddKvpItems' -and -not $there) { return "The item '$($one.name)' does not exist." }
    }
}

function Invoke-FakeKvpMethod {
    <#
    .SYNOPSIS
    Adds, changes or removes items that the host gives to a VM: all of a call's, or none.
    .OUTPUTS
    The method's result: 0, an error number, or 4096 with a job where the fault kvpAnswer orders one.
    #>
    param([string] $Method, [System.Collections.IDictionary] $Arguments)
    $record = Get-FakeRecord | Where-Object { $_.id -eq $Arguments['TargetSystem'].Name }
    if ($null -eq $record) { return New-FakeResult 32773 $null }
    $items = @(foreach ($text in $Arguments['DataItems']) { , (ConvertFrom-FakeItemText $text) })
    $pool = @(Read-FakePool $record.id)
    $problem = Find-FakeItemProblem $Method $items $pool
    $answer = Get-FakeFault 'kvpAnswer'
    if ($answer -is [string] -and $answer -eq 'failedJob') { $problem = 'The job was ordered to fail.' }
    if ($null -ne $answer -and $answer -isnot [string]) { return New-FakeResult ([int] $answer) $null }
    if (-not $problem) {
        $names = @($items | ForEach-Object { $_.name })
        $kept = @($pool | Where-Object { $null -ne $_ -and $names -cnotcontains $_.name })
        if ($Method -ne 'RemoveKvpItems') { $kept += $items }
        Write-FakeFile 'kvp', "$($record.id).json" @{ items = $kept }
        Add-FakeLedger $Method $record @{ names = $names; data = @($items | ForEach-Object { $_.data }) }
    }
    if ($answer -is [string]) { return New-FakeResult 4096 (New-FakeJob $problem) }
    New-FakeResult $(if ($problem) { 32773 } else { 0 }) $null
}

function New-FakeResult {
    <#
    .SYNOPSIS
    Returns the result of a CIM method.
    #>
    param([long] $ReturnValue, [object] $Job)
    [pscustomobject] @{ Job = $Job; ReturnValue = [uint32] $ReturnValue; PSComputerName = $null }
}

function New-FakeJob {
    <#
    .SYNOPSIS
    Writes a job that still runs when it is first looked at, and returns the reference to it.
    #>
    param([string] $Problem)
    $job = @{ id = [guid]::NewGuid().ToString().ToUpperInvariant(); polls = 1; problem = $Problem }
    Write-FakeFile 'jobs', "$($job.id).json" $job
    New-FakeCim 'root/virtualization/v2' 'Msvm_ConcreteJob' @{ InstanceID = $job.id; JobState = $null; ErrorCode = $null; ErrorDescription = $null }
}

function Get-FakeJob {
    <#
    .SYNOPSIS
    Returns the jobs, each of which comes nearer to its end by being looked at.
    #>
    $folder = Get-FakePath 'jobs'
    if (-not [System.IO.Directory]::Exists($folder)) { return }
    foreach ($file in [System.IO.Directory]::GetFiles($folder, '*.json')) {
        $job = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($file))
        $job
        if ($job.polls -gt 0) {
            Write-FakeFile 'jobs', "$($job.id).json" @{ id = $job.id; polls = $job.polls - 1; problem = $job.problem }
        }
    }
}

function ConvertTo-FakeJob {
    <#
    .SYNOPSIS
    Returns the instance of a job.
    #>
    param([object] $Job)
    $state = if ($Job.polls -gt 0) { 4 } elseif ($Job.problem) { 10 } else { 7 }
    New-FakeCim 'root/virtualization/v2' 'Msvm_ConcreteJob' @{
        InstanceID = $Job.id
        JobState = [uint16] $state
        ErrorCode = [uint16] $(if ($state -eq 10) { 32773 } else { 0 })
        ErrorDescription = if ($state -eq 10) { $Job.problem } else { $null }
    }
}
