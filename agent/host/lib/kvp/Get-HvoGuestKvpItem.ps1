function Get-HvoGuestKvpItem {
    <#
    .SYNOPSIS
        Returns what a guest posts under ProvisioningReady and ProvisioningState, raw, at most 1,000 characters each.
    .OUTPUTS
        Hashtable of name to value; a name that the guest does not post is not in it.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [object] $System
    )
    $component = Get-CimAssociatedInstance -InputObject $System -ResultClassName 'Msvm_KvpExchangeComponent' |
        Select-Object -First 1
    $items = @(Get-HvoProperty $component 'GuestExchangeItems')
    return Select-HvoKvpItem -Items $items -Names 'ProvisioningReady', 'ProvisioningState'
}
