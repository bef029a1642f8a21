function Get-VMHost {
    <#
    .SYNOPSIS
    Returns the host.
    #>
    [CmdletBinding()]
    param()
    $lock = Enter-FakeCall $PSCmdlet
    try {
        $facts = Get-FakeHostFact
        [pscustomobject] @{
            PSTypeName = 'Microsoft.HyperV.PowerShell.VMHost'
            Name = [string] $facts.name
            ComputerName = [string] $facts.name
            LogicalProcessorCount = [int] $facts.logicalProcessors
            MemoryCapacity = [long] $facts.memoryBytes
            VirtualMachinePath = [string] $facts.machines
        }
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}

function Get-VMIntegrationService {
    <#
    .SYNOPSIS
    Returns the integration services of VMs.
    #>
    [CmdletBinding(DefaultParameterSetName = 'VMName')]
    param(
        [Parameter(ParameterSetName = 'VMName', Position = 0, Mandatory)] [string[]] $VMName,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM,
        [Parameter(Position = 1)] [string[]] $Name
    )
    begin {
        $services = [ordered] @{
            '6c09bb55-d683-4da0-8931-c9bf705f6480' = 'Guest Service Interface'
            '84eaae65-2f2e-45f5-9bb5-0e857dc8eb47' = 'Heartbeat'
            '2a34b1c2-fd73-4043-8a5b-dd2159bc743f' = 'Key-Value Pair Exchange'
            '9f8233ac-be49-4c79-8ee3-e7e1985b2077' = 'Shutdown'
            '2497f4de-e9fa-4204-80e4-4b75c46419c0' = 'Time Synchronization'
            '5ced1297-4598-4915-a5fc-ad21bb4d02a4' = 'VSS'
        }
    }
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            foreach ($record in @(Resolve-FakeVM $PSCmdlet $VM $VMName)) {
                foreach ($key in @($services.Keys | Where-Object { -not $Name -or $services[$_] -in $Name })) {
                    $state = Get-FakeServiceState $record $key
                    $words = @{ Ok = 'OK'; NoContact = 'No Contact'; LostCommunication = 'Lost Communication'; Error = 'Error' }
                    [pscustomobject] @{
                        PSTypeName = 'Microsoft.HyperV.PowerShell.VMIntegrationComponent'
                        VMId = [guid] $record.id
                        VMName = [string] $record.name
                        Name = $services[$key]
                        Id = "Microsoft:$($record.id.ToUpperInvariant())\$($key.ToUpperInvariant())"
                        Enabled = $key -notin @($record.disabledServices)
                        PrimaryOperationalStatus = if ($state) { [VMIntegrationComponentOperationalStatus] $state } else { $null }
                        PrimaryStatusDescription = if ($state) { $words[$state] } else { '' }
                    }
                }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Enable-VMIntegrationService {
    <#
    .SYNOPSIS
    Enables integration services of VMs.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VMIntegrationService)
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            foreach ($one in $VMIntegrationService) {
                $record = Get-FakeRecord | Where-Object { $_.id -eq "$($one.VMId)" }
                if ($null -eq $record) {
                    Write-FakeError $PSCmdlet "Hyper-V was unable to find a virtual machine with id `"$($one.VMId)`"." -Target $one
                    continue
                }
                if (-not $PSCmdlet.ShouldProcess($record.name, 'Enable-VMIntegrationService')) { continue }
                $record.disabledServices = @($record.disabledServices | Where-Object { $one.Id -notlike "*\$_" })
                Save-FakeRecord $record
                Add-FakeLedger 'Enable-VMIntegrationService' $record @{ Name = $one.Name }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Get-VMSnapshot {
    <#
    .SYNOPSIS
    Returns the checkpoints of VMs.
    #>
    [CmdletBinding(DefaultParameterSetName = 'VMName')]
    param(
        [Parameter(ParameterSetName = 'VMName', Position = 0, Mandatory)] [string[]] $VMName,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            foreach ($record in @(Resolve-FakeVM $PSCmdlet $VM $VMName)) {
                foreach ($name in @($record.snapshots)) {
                    [pscustomobject] @{
                        PSTypeName = 'Microsoft.HyperV.PowerShell.VMSnapshot'
                        VMId = [guid] $record.id; VMName = [string] $record.name; Name = [string] $name
                    }
                }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Remove-VMSnapshot {
    <#
    .SYNOPSIS
    Removes checkpoints.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VMSnapshot,
        [switch] $IncludeAllChildSnapshots
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            foreach ($one in $VMSnapshot) {
                $record = Get-FakeRecord | Where-Object { $_.id -eq "$($one.VMId)" }
                if ($null -eq $record -or -not $PSCmdlet.ShouldProcess($one.Name, 'Remove-VMSnapshot')) { continue }
                $record.snapshots = @($record.snapshots | Where-Object { $_ -ne $one.Name })
                Save-FakeRecord $record
                Add-FakeLedger 'Remove-VMSnapshot' $record @{ Name = $one.Name }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}
