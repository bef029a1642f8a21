function Get-HvoComputerDn {
    <#
    .SYNOPSIS
        Returns the distinguished name of this computer, as a domain controller reports it now (ADSystemInfo).
    .OUTPUTS
        System.String. Throws if no domain controller answers.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $system = New-Object -ComObject 'ADSystemInfo'
    try {
        # The object has no type library, so its properties can be read by their names only.
        $read = [System.Reflection.BindingFlags]::GetProperty
        return [string]$system.GetType().InvokeMember('ComputerName', $read, $null, $system, $null)
    } finally {
        $null = [System.Runtime.InteropServices.Marshal]::ReleaseComObject($system)
    }
}
