function Get-HvoGuestKvpItem {
    <#
    .SYNOPSIS
        Returns the raw ProvisioningReady and ProvisioningState of a guest, cut at 1,000 characters each.
    .OUTPUTS
        Hashtable of name to value; without a name that the guest does not post.
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
