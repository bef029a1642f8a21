function Get-VM {
    <#
    .SYNOPSIS
    Returns VMs: all, those of some names, or the one of a GUID.
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    param(
        [Parameter(ParameterSetName = 'Name', Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [string[]] $Name,
        [Parameter(ParameterSetName = 'Id', Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Nullable[guid]] $Id
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            $service = Get-FakeService
            if ($service -eq 'Hidden') { return }
            if ($service -ne 'Running') {
                Write-FakeOpenError $PSCmdlet
                return
            }
            if ($null -ne $Id) {
                $found = @(Get-FakeRecord | Where-Object { $_.id -eq "$Id" })
                foreach ($record in $found) { Step-FakeTransition $record }
                if ($found.Count -eq 0) {
                    Write-FakeError $PSCmdlet "Hyper-V was unable to find a virtual machine with id `"$Id`"." -Target $Id
                }
            } elseif ($Name) {
                $found = @(Resolve-FakeVM $PSCmdlet -Name $Name)
            } else {
                $found = @(Get-FakeRecord)
            }
            foreach ($record in $found) {
                $broken = Get-FakeOpenError $record
                if ($broken) { Write-FakeOpenError $PSCmdlet $broken } else { ConvertTo-FakeVM $record }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function New-VM {
    <#
    .SYNOPSIS
    Creates a VM, also where one of the same name exists: names are not unique.
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'NoVHD')]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)] [Alias('VMName')] [string] $Name = 'New Virtual Machine',
        [Parameter(Position = 1)] [ValidateRange(33554432, 13194139533312)] [long] $MemoryStartupBytes = 1073741824,
        [Parameter(Position = 2)] [ValidateSet(1, 2)] [int16] $Generation = 1,
        [string] $Path,
        [string] $SwitchName,
        [Parameter(ParameterSetName = 'NoVHD')] [switch] $NoVHD,
        [Parameter(ParameterSetName = 'ExistingVHD', Mandatory)] [string] $VHDPath,
        [Parameter(ParameterSetName = 'NewVHD', Mandatory)] [string] $NewVHDPath,
        [Parameter(ParameterSetName = 'NewVHD', Mandatory)] [uint64] $NewVHDSizeBytes,
        [string] $BootDevice,
        [version] $Version,
        [switch] $Force
    )
    if (-not $PSCmdlet.ShouldProcess($Name, 'New-VM')) { return }
    $lock = Enter-FakeCall $PSCmdlet
    try {
        $facts = Get-FakeHostFact
        if ($SwitchName -and $SwitchName -notin @($facts.switches)) {
            Write-FakeError $PSCmdlet "Hyper-V was unable to find a virtual switch with name `"$SwitchName`"." -Target $SwitchName
            return
        }
        if ($VHDPath -and -not [System.IO.File]::Exists($VHDPath)) {
            $text = "'$Name' failed to add device 'Virtual Hard Disk'. The attachment '$VHDPath' is not valid: The system cannot find the file specified. (0x80070002)"
            Write-FakeError $PSCmdlet $text 'ObjectNotFound' 'ObjectNotFound' $Name
            return
        }
        if ($NewVHDPath) { New-FakeDisk $NewVHDPath 'Dynamic' $NewVHDSizeBytes $null }
        $parent = if ($Path) { $Path } else { [string] $facts.machines }
        $record = New-FakeRecord $Name $Generation $MemoryStartupBytes ([System.IO.Path]::Combine($parent, $Name))
        if ($SwitchName) { $record.adapters[0].switchName = $SwitchName }
        foreach ($disk in @($VHDPath, $NewVHDPath | Where-Object { $_ })) { Add-FakeDrive $record 'disks' $disk | Out-Null }
        $folder = [System.IO.Path]::Combine($record.path, 'Virtual Machines')
        [void][System.IO.Directory]::CreateDirectory($folder)
        foreach ($extension in 'vmcx', 'vmrs') {
            [System.IO.File]::WriteAllText([System.IO.Path]::Combine($folder, "$($record.id.ToUpperInvariant()).$extension"), '')
        }
        Save-FakeRecord $record
        Add-FakeLedger 'New-VM' $record
        ConvertTo-FakeVM $record
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}

function Set-VM {
    <#
    .SYNOPSIS
    Changes a VM's settings.
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Name')]
    param(
        [Parameter(ParameterSetName = 'Name', Position = 0, Mandatory)] [Alias('VMName')] [string[]] $Name,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM,
        [string] $Notes,
        [long] $ProcessorCount,
        [long] $MemoryStartupBytes,
        [long] $MemoryMinimumBytes,
        [long] $MemoryMaximumBytes,
        [switch] $StaticMemory,
        [switch] $DynamicMemory,
        [string] $NewVMName,
        [ValidateSet('Nothing', 'StartIfRunning', 'Start')] [string] $AutomaticStartAction,
        [ValidateSet('TurnOff', 'Save', 'ShutDown')] [string] $AutomaticStopAction,
        [ValidateSet('Disabled', 'Production', 'ProductionOnly', 'Standard')] [string] $CheckpointType,
        [bool] $AutomaticCheckpointsEnabled,
        [switch] $Passthru
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            $bound = $PSBoundParameters
            $properties = @{
                Notes = 'notes'; ProcessorCount = 'processorCount'; MemoryStartupBytes = 'memoryStartup'; NewVMName = 'name'
                MemoryMinimumBytes = 'memoryMinimum'; MemoryMaximumBytes = 'memoryMaximum'; CheckpointType = 'checkpointType'
                AutomaticStartAction = 'automaticStartAction'; AutomaticStopAction = 'automaticStopAction'
                AutomaticCheckpointsEnabled = 'automaticCheckpoints'
            }
            $cold = @('ProcessorCount', 'StaticMemory', 'DynamicMemory' | Where-Object { $bound.ContainsKey($_) })
            foreach ($record in @(Resolve-FakeVM $PSCmdlet $VM $Name)) {
                if ($cold.Count -gt 0 -and -not (Test-FakeOff $PSCmdlet $record)) { continue }
                if (-not $PSCmdlet.ShouldProcess($record.name, 'Set-VM')) { continue }
                $changed = @{}
                foreach ($key in @($properties.Keys | Where-Object { $bound.ContainsKey($_) })) {
                    $record.($properties[$key]) = $bound[$key]
                    $changed[$key] = $bound[$key]
                }
                if ($StaticMemory) { $record.dynamicMemory = $false }
                if ($DynamicMemory) { $record.dynamicMemory = $true }
                Save-FakeRecord $record
                Add-FakeLedger 'Set-VM' $record $changed
                if ($Passthru) { ConvertTo-FakeVM $record }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Rename-VM {
    <#
    .SYNOPSIS
    Gives a VM another name.
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Name')]
    param(
        [Parameter(ParameterSetName = 'Name', Position = 0, Mandatory)] [Alias('VMName')] [string[]] $Name,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM,
        [Parameter(Position = 1, Mandatory)] [ValidateLength(1, 100)] [string] $NewName,
        [switch] $Passthru
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            foreach ($record in @(Resolve-FakeVM $PSCmdlet $VM $Name)) {
                if (-not $PSCmdlet.ShouldProcess($record.name, 'Rename-VM')) { continue }
                $record.name = $NewName
                Save-FakeRecord $record
                Add-FakeLedger 'Rename-VM' $record
                if ($Passthru) { ConvertTo-FakeVM $record }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Remove-VM {
    <#
    .SYNOPSIS
    Removes VMs that are off. Disks, DVD images and the VM's folder stay.
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High', DefaultParameterSetName = 'Name')]
    param(
        [Parameter(ParameterSetName = 'Name', Position = 0, Mandatory)] [Alias('VMName')] [string[]] $Name,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM,
        [switch] $Force,
        [switch] $Passthru
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            foreach ($record in @(Resolve-FakeVM $PSCmdlet $VM $Name)) {
                if ($record.state -notin 'Off', 'Saved', 'FastSaved', 'Hibernated', 'OffCritical', 'SavedCritical', 'FastSavedCritical') {
                    $text = "The operation cannot be performed while the virtual machine is in its current state. The name of the virtual machine is $($record.name) and its ID is $($record.id)."
                    Write-FakeError $PSCmdlet $text 'InvalidState' 'InvalidOperation' $record.name
                    continue
                }
                if (-not ($Force -or $PSCmdlet.ShouldProcess($record.name, 'Remove-VM'))) { continue }
                $folder = [System.IO.Path]::Combine($record.path, 'Virtual Machines')
                foreach ($extension in 'vmcx', 'vmrs') {
                    $file = [System.IO.Path]::Combine($folder, "$($record.id.ToUpperInvariant()).$extension")
                    if ([System.IO.File]::Exists($file)) { [System.IO.File]::Delete($file) }
                }
                foreach ($kind in 'vms', 'kvp', 'guests') {
                    if ([System.IO.Directory]::Exists((Get-FakePath $kind))) { Remove-FakeFile $kind, "$($record.id).json" }
                }
                Add-FakeLedger 'Remove-VM' $record
                if ($Passthru) { ConvertTo-FakeVM $record }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}
