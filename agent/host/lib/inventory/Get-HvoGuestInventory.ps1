function Get-HvoGuestInventory {
    <#
    .SYNOPSIS
        Returns what the guests of VMs post, read with one CIM query.
    .OUTPUTS
        Hashtable of VM GUID to an ordered dictionary: ready, state.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [string[]] $VmIds
    )
    $found = @{}
    foreach ($id in $VmIds) { $found[$id] = [ordered]@{ ready = $null; state = $null } }
    foreach ($component in @(Get-HvoVirtualizationInstance -ClassName 'Msvm_KvpExchangeComponent')) {
        $id = ([string]$component.SystemName).ToLowerInvariant()
        if (-not $found.ContainsKey($id)) { continue }
        $items = Select-HvoKvpItem -Items @(Get-HvoProperty $component 'GuestExchangeItems') -Names 'ProvisioningReady', 'ProvisioningState'
        $found[$id].ready = $items['ProvisioningReady']
        $found[$id].state = $items['ProvisioningState']
    }
    return $found
}
