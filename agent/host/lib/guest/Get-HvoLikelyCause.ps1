function Get-HvoLikelyCause {
    <#
    .SYNOPSIS
        Returns the probable reason why a guest has not answered, in a sentence or two.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [System.Collections.IDictionary] $Details,
        [Parameter(Mandatory = $true)] [PSCustomObject] $Guest
    )
    $network = if (@($Details.addresses).Count) { '' } else { ' The host sees no address of it.' }
    $beats = if ($Details.heartbeat -eq 'Ok') { 'its heartbeat answers' } else { 'its heartbeat does not answer' }
    if ($Details.vm_state -ne 'Running') { return "The VM does not run: it is $($Details.vm_state)." }
    if (-not $Details.key_exchange_enabled) { return "The VM runs, but its data exchange (KVP) service is turned off on the host." }
    if ($null -ne $Guest.Report) {
        $step = if ($Guest.Report.Step) { " at $($Guest.Report.Step)" } else { '' }
        return "The VM runs and $beats; the guest took its data and is still applying it$step.$network"
    }
    if ($null -ne $Details.last_key_at) {
        return "The VM runs and $beats. The guest posted a key $($Details.last_key_age_seconds) seconds ago and has not answered since:" +
            " its provisioning service probably stopped, or could not open the data.$network"
    }
    if ($Guest.Raw['ProvisioningReady']) {
        return "The VM runs and $beats, but the guest posts a key that cannot be used: it is another VM's, as of a captured " +
            'image, or no RSA key of 2,048 to 4,096 bits.'
    }
    if (-not $Details.dvd_attached) { return "The VM runs and $beats, but no key was ever posted: the provisioning ISO is not attached." }
    if ($Details.heartbeat -eq 'Ok') {
        return 'The VM runs and its heartbeat answers, but no key was ever posted: the provisioning ISO is attached, so the image ' +
            'probably lacks the KVP service.'
    }
    return 'The VM runs, but its heartbeat does not answer and no key was ever posted: the image probably does not boot, or lacks ' +
        "the Hyper-V integration services.$network"
}
