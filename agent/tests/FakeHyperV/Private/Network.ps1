function ConvertTo-FakeAdapter {
    <#
    .SYNOPSIS
    Returns the object that Get-VMNetworkAdapter gives.
    #>
    param([object] $Record, [object] $Adapter)
    $shown = [pscustomobject] @{
        VMId = [guid] $Record.id
        VMName = [string] $Record.name
        Id = "Microsoft:$($Record.id.ToUpperInvariant())\$($Adapter.id.ToUpperInvariant())"
        Name = [string] $Adapter.name
        SwitchName = $Adapter.switchName
        Connected = [bool] $Adapter.switchName
        MacAddress = if ($Adapter.PSObject.Properties['macAddress']) { [string] $Adapter.macAddress } else { '000000000000' }
        DynamicMacAddressEnabled = -not $Adapter.PSObject.Properties['dynamicMac'] -or [bool] $Adapter.dynamicMac
        IPAddresses = [string[]] @((Get-FakeGuest $Record).addresses)
    }
    $shown.PSObject.TypeNames.Insert(0, 'Microsoft.HyperV.PowerShell.VMNetworkAdapter')
    $shown
}

function Resolve-FakeAdapter {
    <#
    .SYNOPSIS
    Returns the records of adapter objects, each with its adapter.
    #>
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [object[]] $Adapter)
    foreach ($one in $Adapter) {
        if ('Microsoft.HyperV.PowerShell.VMNetworkAdapter' -notin $one.PSObject.TypeNames) {
            $text = "Cannot convert the `"$one`" value to type `"Microsoft.HyperV.PowerShell.VMNetworkAdapter`"."
            Write-FakeError $Cmdlet $text 'CannotConvertArgumentNoMessage' -Target $one -Terminating
        }
        $record = Get-FakeRecord | Where-Object { $_.id -eq "$($one.VMId)" }
        if ($null -eq $record) {
            Write-FakeError $Cmdlet "Hyper-V was unable to find a virtual machine with id `"$($one.VMId)`"." -Target $one
            continue
        }
        foreach ($found in @($record.adapters | Where-Object { $one.Id -like "*\$($_.id)" })) {
            @{ Record = $record; Adapter = $found }
        }
    }
}

function Get-FakeSwitchType {
    <#
    .SYNOPSIS
    Returns the type of a virtual switch: External unless host.json says otherwise in switchTypes.
    #>
    param([string] $Name)
    $known = (Get-FakeFact 'switchTypes' ([pscustomobject] @{})).PSObject.Properties[$Name]
    if ($null -ne $known) { [string] $known.Value } else { 'External' }
}
