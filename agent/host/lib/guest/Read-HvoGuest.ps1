function Read-HvoGuest {
    <#
    .SYNOPSIS
        Returns what the machine's guest posts now.
    .DESCRIPTION
        Sets key_at of the journal when the first key is seen; the caller saves the journal.
    .OUTPUTS
        Object with Key (of ConvertFrom-HvoGuestReady), Report (of ConvertFrom-HvoGuestState) and Raw (the items).
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
    $report = ConvertFrom-HvoGuestState -Text $raw['ProvisioningState'] -VmId $vmId -Published $Context.Journal.published
    return [PSCustomObject]@{ Key = $key; Report = $report; Raw = $raw }
}
