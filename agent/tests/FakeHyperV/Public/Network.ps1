function Get-VMSwitch {
    <#
    .SYNOPSIS
    Returns the host's virtual switches.
    #>
    [CmdletBinding()]
    param([Parameter(Position = 0)] [string] $Name)
    $lock = Enter-FakeCall $PSCmdlet
    try {
        $found = @((Get-FakeHostFact).switches | Where-Object { -not $Name -or $_ -like $Name })
        if ($Name -and $found.Count -eq 0) {
            Write-FakeError $PSCmdlet "Hyper-V was unable to find a virtual switch with name `"$Name`"." -Target $Name
        }
        foreach ($one in $found) {
            [pscustomobject] @{ PSTypeName = 'Microsoft.HyperV.PowerShell.VMSwitch'; Name = [string] $one; SwitchType = Get-FakeSwitchType ([string] $one) }
        }
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}

function Get-VMNetworkAdapter {
    <#
    .SYNOPSIS
    Returns the network adapters of VMs, with the addresses that their guests report.
    #>
    [CmdletBinding(DefaultParameterSetName = 'VMName')]
    param(
        [Parameter(ParameterSetName = 'VMName', Position = 0, Mandatory)] [string[]] $VMName,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM,
        [Parameter(Position = 1)] [string] $Name
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            foreach ($record in @(Resolve-FakeVM $PSCmdlet $VM $VMName)) {
                foreach ($adapter in @($record.adapters | Where-Object { -not $Name -or $_.name -like $Name })) {
                    ConvertTo-FakeAdapter $record $adapter
                }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Connect-VMNetworkAdapter {
    <#
    .SYNOPSIS
    Connects adapters to a switch.
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Name')]
    param(
        [Parameter(ParameterSetName = 'Name', Position = 0, Mandatory)] [string[]] $VMName,
        [Parameter(ParameterSetName = 'Object', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VMNetworkAdapter,
        [Parameter(Mandatory)] [string] $SwitchName,
        [switch] $Passthru
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            if ($SwitchName -notin @((Get-FakeHostFact).switches)) {
                Write-FakeError $PSCmdlet "Hyper-V was unable to find a virtual switch with name `"$SwitchName`"." -Target $SwitchName
                return
            }
            if ($VMNetworkAdapter) {
                $found = @(Resolve-FakeAdapter $PSCmdlet $VMNetworkAdapter)
            } else {
                $found = @(foreach ($record in Resolve-FakeVM $PSCmdlet -Name $VMName) {
                        foreach ($adapter in $record.adapters) { @{ Record = $record; Adapter = $adapter } }
                    })
            }
            foreach ($one in $found) {
                if (-not $PSCmdlet.ShouldProcess($one.Record.name, 'Connect-VMNetworkAdapter')) { continue }
                $one.Adapter.switchName = $SwitchName
                Save-FakeRecord $one.Record
                Add-FakeLedger 'Connect-VMNetworkAdapter' $one.Record @{ SwitchName = $SwitchName }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Set-VMNetworkAdapter {
    <#
    .SYNOPSIS
    Makes the MAC address of adapters static, while their VMs are off.
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'VMName')]
    param(
        [Parameter(ParameterSetName = 'VMName', Position = 0, Mandatory)] [string] $VMName,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object] $VM,
        [Parameter(ParameterSetName = 'ResourceObject', Position = 0, Mandatory, ValueFromPipeline)] [object] $VMNetworkAdapter,
        [ValidatePattern('^[0-9A-Fa-f]{12}$')] [string] $StaticMacAddress,
        [switch] $Passthru
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            if ($VMNetworkAdapter) {
                $found = @(Resolve-FakeAdapter $PSCmdlet $VMNetworkAdapter)
            } else {
                $found = @(foreach ($record in Resolve-FakeVM $PSCmdlet $VM $VMName) {
                        foreach ($adapter in $record.adapters) { @{ Record = $record; Adapter = $adapter } }
                    })
            }
            foreach ($one in $found) {
                if (-not (Test-FakeOff $PSCmdlet $one.Record)) { continue }
                if ([Convert]::ToByte($StaticMacAddress.Substring(0, 2), 16) -band 1) {
                    Write-FakeError $PSCmdlet 'The MAC address is a multicast address.' 'InvalidParameter' 'InvalidArgument' $StaticMacAddress
                    continue
                }
                if (-not $PSCmdlet.ShouldProcess($one.Record.name, 'Set-VMNetworkAdapter')) { continue }
                Add-Member -InputObject $one.Adapter -NotePropertyName 'macAddress' -NotePropertyValue $StaticMacAddress.ToUpperInvariant() -Force
                Add-Member -InputObject $one.Adapter -NotePropertyName 'dynamicMac' -NotePropertyValue $false -Force
                Save-FakeRecord $one.Record
                Add-FakeLedger 'Set-VMNetworkAdapter' $one.Record @{ StaticMacAddress = $StaticMacAddress }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Get-VMNetworkAdapterVlan {
    <#
    .SYNOPSIS
    Returns how the adapters of VMs are tagged.
    #>
    [CmdletBinding(DefaultParameterSetName = 'VMName')]
    param(
        [Parameter(ParameterSetName = 'VMName', Position = 0, Mandatory)] [string[]] $VMName,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM,
        [Parameter(ParameterSetName = 'ManagementOS', Mandatory)] [switch] $ManagementOS
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            if ($ManagementOS) {
                [pscustomobject] @{
                    PSTypeName = 'Microsoft.HyperV.PowerShell.VMNetworkAdapterVlanSetting'
                    OperationMode = [VMNetworkAdapterVlanMode] 'Untagged'; AccessVlanId = 0; ParentAdapter = $null
                }
                return
            }
            foreach ($record in @(Resolve-FakeVM $PSCmdlet $VM $VMName)) {
                foreach ($adapter in $record.adapters) {
                    [pscustomobject] @{
                        PSTypeName = 'Microsoft.HyperV.PowerShell.VMNetworkAdapterVlanSetting'
                        OperationMode = [VMNetworkAdapterVlanMode] $adapter.vlanMode
                        AccessVlanId = [int] $adapter.vlanId
                        ParentAdapter = ConvertTo-FakeAdapter $record $adapter
                    }
                }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Set-VMNetworkAdapterVlan {
    <#
    .SYNOPSIS
    Tags the adapters of VMs, or takes their tag away. An access VLAN is 1 to 4094: 0 is no tag.
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'VMName')]
    param(
        [Parameter(ParameterSetName = 'VMName', Position = 0, Mandatory)] [string[]] $VMName,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM,
        [switch] $Access,
        [switch] $Untagged,
        [ValidateRange(1, 4094)] [int] $VlanId,
        [switch] $Passthru
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            if ([bool] $Access -eq [bool] $Untagged -or [bool] $Access -ne $PSBoundParameters.ContainsKey('VlanId')) {
                $text = 'Parameter set cannot be resolved using the specified named parameters.'
                Write-FakeError $PSCmdlet $text 'AmbiguousParameterSet' -Terminating
            }
            foreach ($record in @(Resolve-FakeVM $PSCmdlet $VM $VMName)) {
                if (-not $PSCmdlet.ShouldProcess($record.name, 'Set-VMNetworkAdapterVlan')) { continue }
                foreach ($adapter in $record.adapters) {
                    $adapter.vlanMode = if ($Access) { 'Access' } else { 'Untagged' }
                    $adapter.vlanId = if ($Access) { $VlanId } else { 0 }
                }
                Save-FakeRecord $record
                Add-FakeLedger 'Set-VMNetworkAdapterVlan' $record @{ VlanId = $VlanId }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}
