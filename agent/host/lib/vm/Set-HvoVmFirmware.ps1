function Set-HvoVmFirmware {
    <#
    .SYNOPSIS
        Enables Secure Boot with the template of the guest's OS family, and makes the disk the first boot device.
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
