function Get-HvoGuestInventory {
    <#
    .SYNOPSIS
        Returns what the guests of unfinished machines post, and how much is still published to them.
    .OUTPUTS
        Hashtable of VM GUID to an ordered dictionary: ready, state, data_items.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [string[]] $VmIds
    )
    $found = @{}
    foreach ($id in $VmIds) { $found[$id] = [ordered]@{ ready = $null; state = $null; data_items = 0 } }
    $space = 'root\virtualization\v2'
    foreach ($component in @(Get-CimInstance -Namespace $space -ClassName 'Msvm_KvpExchangeComponent')) {
        $id = ([string]$component.SystemName).ToLowerInvariant()
        if (-not $found.ContainsKey($id)) { continue }
        $items = Select-HvoKvpItem -Items @(Get-HvoProperty $component 'GuestExchangeItems') -Names 'ProvisioningReady', 'ProvisioningState'
        $found[$id].ready = $items['ProvisioningReady']
        $found[$id].state = $items['ProvisioningState']
    }
    foreach ($setting in @(Get-CimInstance -Namespace $space -ClassName 'Msvm_KvpExchangeComponentSettingData')) {
        $id = ([string]$setting.InstanceID -replace '^Microsoft:', '').Split('\')[0].ToLowerInvariant()
        if (-not $found.ContainsKey($id)) { continue }
        $texts = @(Get-HvoProperty $setting 'HostExchangeItems')
        $found[$id].data_items += @($texts | Where-Object { $_ -and ([string]$_).Contains('>ProvisioningData') }).Count
    }
    return $found
}
