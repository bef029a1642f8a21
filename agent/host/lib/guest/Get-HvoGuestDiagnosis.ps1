function Get-HvoGuestDiagnosis {
    <#
    .SYNOPSIS
        Returns the state of a VM whose guest has missed its deadline, and the likely cause.
    .OUTPUTS
        Object with Summary (a sentence or two) and Details (ordered dictionary).
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [PSCustomObject] $Guest
    )
    $vm = Get-HvoVmById -VmId $Context.Journal.vm_id
    if ($null -eq $vm) {
        return [PSCustomObject]@{ Summary = 'The VM no longer exists on this host.'; Details = [ordered]@{ vm_state = $null } }
    }
    $services = @(Get-VMIntegrationService -VM $vm)
    $off = @($services | Where-Object { -not $_.Enabled })
    # The service's name is localized, its id is not.
    $kvpId = '2A34B1C2-FD73-4043-8A5B-DD2159BC743F'
    $kvpOff = @($off | Where-Object { ([string]$_.Id).IndexOf($kvpId, [StringComparison]::OrdinalIgnoreCase) -ge 0 }).Count -gt 0
    $addresses = @(Get-VMNetworkAdapter -VM $vm | ForEach-Object { $_.IPAddresses } | Where-Object { $_ } | Select-Object -First 16)
    $details = [ordered]@{
        vm_state = [string]$vm.State
        heartbeat = ConvertTo-HvoHeartbeat $vm.Heartbeat
        dvd_attached = @(Get-VMDvdDrive -VM $vm | Where-Object { Test-HvoSamePath -Path $_.Path -Other $Context.IsoPath }).Count -gt 0
        key_exchange_enabled = -not $kvpOff
        services_off = [string[]]@($off | ForEach-Object { [string]$_.Name })
        last_key_at = $Context.Journal.key_at
        last_key_age_seconds = Get-HvoSecondsSince -Timestamp $Context.Journal.key_at
        addresses = [string[]]$addresses
    }
    return [PSCustomObject]@{ Summary = Get-HvoLikelyCause -Details $details -Guest $Guest; Details = $details }
}
