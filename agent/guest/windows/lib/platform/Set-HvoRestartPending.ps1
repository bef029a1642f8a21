function Set-HvoRestartPending {
    <#
    .SYNOPSIS
        Records that Windows must be restarted.
    .DESCRIPTION
        The record is a volatile registry key, which a restart deletes. Unlike a timestamp or a boot counter, it needs
        no comparison that could go wrong.
    #>
    [CmdletBinding()]
    param()
    $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    try {
        $check = [Microsoft.Win32.RegistryKeyPermissionCheck]::Default
        $volatile = [Microsoft.Win32.RegistryOptions]::Volatile
        $base.CreateSubKey('SOFTWARE\HyperVOperatorBoot', $check, $volatile).Dispose()
    } finally {
        $base.Dispose()
    }
}
