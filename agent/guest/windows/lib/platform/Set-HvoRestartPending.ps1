function Set-HvoRestartPending {
    <#
    .SYNOPSIS
    Leaves a mark that is gone once Windows has been restarted.
    .DESCRIPTION
    A volatile registry key: no clock and no counter tells a restart as surely.
    #>
    [CmdletBinding()]
    param()
    $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    try {
        $check = [Microsoft.Win32.RegistryKeyPermissionCheck]::Default
        $volatile = [Microsoft.Win32.RegistryOptions]::Volatile
        $base.CreateSubKey('SOFTWARE\HyperVOperatorBoot', $check, $volatile).Dispose()
    }
    finally { $base.Dispose() }
}
