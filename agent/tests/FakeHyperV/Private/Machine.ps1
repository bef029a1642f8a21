function New-FakeRecord {
    <#
    .SYNOPSIS
    Returns the record of a VM as Hyper-V makes one: with an adapter that is connected to nothing, and no drives.
    #>
    param([string] $Name, [int] $Generation, [long] $Memory, [string] $Folder)
    $id = [guid]::NewGuid().ToString()
    $adapter = @{
        id = [guid]::NewGuid().ToString(); name = 'Network Adapter'; switchName = $null
        vlanMode = 'Untagged'; vlanId = 0; macAddress = '000000000000'; dynamicMac = $true
    }
    $record = @{
        id = $id; name = $Name; notes = ''; state = 'Off'; generation = $Generation; createdAt = Get-FakeTime
        processorCount = 1; memoryStartup = $Memory; memoryMinimum = 512MB; memoryMaximum = 1TB; dynamicMemory = $false
        path = $Folder; automaticCheckpoints = $false; checkpointType = 'Production'; automaticStartAction = 'StartIfRunning'
        automaticStopAction = 'Save'; replicationMode = 'None'; clustered = $false; bootId = $null; snapshots = @()
        adapters = @($adapter); disks = @(); dvds = @()
        firmware = @{ secureBoot = 'On'; template = 'MicrosoftWindows'; bootOrder = @("Network:$($adapter.id)") }
        disabledServices = @('6c09bb55-d683-4da0-8931-c9bf705f6480')
    }
    # Records are read as what JSON gives; a new one has the same shape.
    ConvertFrom-Json -InputObject (ConvertTo-Json -InputObject $record -Depth 10)
}

function Get-FakeOpenError {
    <#
    .SYNOPSIS
    Returns why Hyper-V cannot open a VM; nothing if it can.
    #>
    param([object] $Record)
    if ($Record.PSObject.Properties['openError']) { $Record.openError }
}

function Write-FakeOpenError {
    <#
    .SYNOPSIS
    Writes what Hyper-V's cmdlets write for a VM that they cannot open, and for all where the service is stopped.
    #>
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [string] $Text = '')
    $said = "Hyper-V encountered an error trying to access an object on computer '$((Get-FakeHostFact).name)' because the object was not " +
        'found. The object might have been deleted, or you might not have permission to perform the task. Verify that the Virtual Machine ' +
        "Management service on the computer is running. $Text"
    Write-FakeError $Cmdlet $said.Trim() 'ObjectNotFound' 'ObjectNotFound'
}

function Get-FakeService {
    <#
    .SYNOPSIS
    Returns what Hyper-V's management service is: Running, Stopped, or Hidden from the account.
    #>
    $facts = Get-FakeHostFact
    if ($facts.PSObject.Properties['vmms']) { [string] $facts.vmms } else { 'Running' }
}

function Get-FakeGuest {
    <#
    .SYNOPSIS
    Returns what the guest of a running VM tells; of one that does not run, or tells nothing yet, an empty guest.
    #>
    param([object] $Record)
    $guest = $null
    if ($Record.state -eq 'Running') { $guest = Read-FakeFile 'guests', "$($Record.id).json" }
    if ($null -eq $guest) {
        $heartbeat = if ($Record.state -eq 'Running') { 'NoContact' } else { 'Unknown' }
        $guest = [pscustomobject] @{ heartbeat = $heartbeat; addresses = @(); items = @(); intrinsic = @() }
    }
    $guest
}

function ConvertTo-FakeVM {
    <#
    .SYNOPSIS
    Returns the object that Get-VM gives for a record.
    #>
    param([object] $Record)
    $guest = Get-FakeGuest $Record
    $running = $Record.state -eq 'Running'
    $shown = [pscustomobject] @{
        PSTypeName = 'Microsoft.HyperV.PowerShell.VirtualMachine'
        Id = [guid] $Record.id
        VMId = [guid] $Record.id
        Name = [string] $Record.name
        VMName = [string] $Record.name
        ComputerName = [string] (Get-FakeHostFact).name
        Notes = [string] $Record.notes
        State = [VMState] $Record.state
        Generation = [int] $Record.generation
        ProcessorCount = [long] $Record.processorCount
        MemoryStartup = [long] $Record.memoryStartup
        MemoryMinimum = [long] $Record.memoryMinimum
        MemoryMaximum = [long] $Record.memoryMaximum
        MemoryAssigned = [long] $(if ($running) { $Record.memoryStartup } else { 0 })
        DynamicMemoryEnabled = [bool] $Record.dynamicMemory
        Path = [string] $Record.path
        ConfigurationLocation = [string] $Record.path
        Heartbeat = [VMHeartbeatStatus] $guest.heartbeat
        ReplicationMode = [VMReplicationMode] $Record.replicationMode
        IsClustered = [bool] $Record.clustered
        AutomaticCheckpointsEnabled = [bool] $Record.automaticCheckpoints
        CheckpointType = [string] $Record.checkpointType
        AutomaticStartAction = [string] $Record.automaticStartAction
        AutomaticStopAction = [string] $Record.automaticStopAction
        Status = if ($Record.state -like '*Critical') { 'Cannot connect to virtual machine configuration storage' } else { 'Operating normally' }
    }
    if ($Record.PSObject.Properties['vanishing'] -and $Record.vanishing) {
        # Hyper-V's objects read a property when it is asked for; PowerShell makes null of what a getter throws.
        foreach ($name in @($Record.vanishing)) {
            Add-Member -InputObject $shown -MemberType ScriptProperty -Name $name -Force -Value {
                throw [System.InvalidOperationException]::new('The virtual machine was not found.')
            }
        }
    }
    $shown
}

function Resolve-FakeVM {
    <#
    .SYNOPSIS
    Returns the records that VM objects or names stand for, and writes the cmdlet's error for those that there are not.
    .NOTES
    Several VMs may have one name: a cmdlet that is given the name works on all of them.
    #>
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [object[]] $VM, [string[]] $Name)
    $records = @(Get-FakeRecord)
    foreach ($one in @($VM | Where-Object { $null -ne $_ })) {
        if ('Microsoft.HyperV.PowerShell.VirtualMachine' -notin $one.PSObject.TypeNames) {
            $text = "Cannot bind parameter 'VM'. Cannot convert the `"$one`" value of type `"$($one.GetType().FullName)`" to type `"Microsoft.HyperV.PowerShell.VirtualMachine`"."
            Write-FakeError $Cmdlet $text 'CannotConvertArgumentNoMessage' -Target $one -Terminating
        }
        $found = @($records | Where-Object { $_.id -eq "$($one.Id)" })
        if ($found.Count -gt 0 -and (Get-FakeOpenError $found[0])) {
            Write-FakeOpenError $Cmdlet (Get-FakeOpenError $found[0])
            continue
        }
        if ($found.Count -eq 0) {
            Write-FakeError $Cmdlet "Hyper-V was unable to find a virtual machine with id `"$($one.Id)`"." -Target $one
        }
        $found
    }
    foreach ($one in @($Name | Where-Object { $_ })) {
        $found = @($records | Where-Object { $_.name -like $one })
        if ($found.Count -eq 0 -and -not [System.Management.Automation.WildcardPattern]::ContainsWildcardCharacters($one)) {
            Write-FakeError $Cmdlet "Hyper-V was unable to find a virtual machine with name `"$one`"." -Target $one
        }
        $found
    }
}

function Test-FakeOff {
    <#
    .SYNOPSIS
    Returns whether a VM is off, and writes the cmdlet's error when it is not.
    #>
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [object] $Record)
    if ($Record.state -eq 'Off') { return $true }
    $text = "Failed to modify the virtual machine '$($Record.name)'. The operation cannot be performed while the virtual machine is in its current state. (Virtual machine ID $($Record.id))"
    Write-FakeError $Cmdlet $text 'InvalidState' 'InvalidOperation' $Record.name
    $false
}

function Add-FakeEvent {
    <#
    .SYNOPSIS
    Appends an entry of an event log.
    #>
    param([string] $LogName, [int] $Id, [string] $Message)
    $line = [ordered] @{ at = Get-FakeTime; logName = $LogName; id = $Id; level = 2; message = $Message }
    [System.IO.File]::AppendAllText((Get-FakePath 'events.jsonl'), (ConvertTo-Json -InputObject $line -Compress) + "`n")
}

function Get-FakeFault {
    <#
    .SYNOPSIS
    Returns a permanent fault of faults.json by its name; nothing if it is not set.
    #>
    param([string] $Name)
    $faults = Read-FakeFile 'faults.json'
    if ($null -ne $faults -and $faults.PSObject.Properties[$Name]) { $faults.$Name }
}
