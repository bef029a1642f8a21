function Read-HvoGuest {
    <#
    .SYNOPSIS
        Looks once at what the machine's guest posts.
    .DESCRIPTION
        Notes in the journal when a key was seen first; saving it is left to the caller.
    .OUTPUTS
        Hashtable: Key (see ConvertFrom-HvoGuestReady), Told (see ConvertFrom-HvoGuestState), Raw (the items).
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $vmId = $Context.Journal.vm_id
    if ($null -eq $Context.System) { $Context.System = Get-HvoVmCimInstance -VmId $vmId }
    $raw = Get-HvoGuestKvpItem -System $Context.System
    $key = ConvertFrom-HvoGuestReady -Text $raw['ProvisioningReady'] -VmId $vmId
    if ($null -ne $key -and $null -eq $Context.Journal.key_at) { $Context.Journal.key_at = Get-HvoTimestamp }
    $told = ConvertFrom-HvoGuestState -Text $raw['ProvisioningState'] -VmId $vmId -Published $Context.Journal.published
    return @{ Key = $key; Told = $told; Raw = $raw }
}
