function Set-HvoVmFirmware {
    <#
    .SYNOPSIS
        Turns Secure Boot on with the template of the guest's family, and lets the VM boot from its disk.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [object] $Vm
    )
    $template = if ($Context.OsFamily -eq 'windows') { 'MicrosoftWindows' } else { 'MicrosoftUEFICertificateAuthority' }
    $firmware = Get-VMFirmware -VM $Vm
    if ([string]$firmware.SecureBoot -ne 'On' -or [string]$firmware.SecureBootTemplate -ne $template) {
        Set-VMFirmware -VM $Vm -EnableSecureBoot On -SecureBootTemplate $template
    }
    Set-HvoVmBootDisk -Context $Context -Vm $Vm
}
