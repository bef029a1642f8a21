function Import-HvoNativeCode {
    <#
    .SYNOPSIS
        Compiles the calls of Windows that copy files, once for a process; returns whether they can be used.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param()
    if (-not (Test-HvoWindows)) { return $false }
    if ($null -ne ('HvoNative.FileCopy' -as [type])) { return $true }
    try {
        Add-Type -TypeDefinition (Get-HvoNativeCode)
        return $true
    } catch {
        Write-HvoLog -Message "Windows' own copy functions cannot be used: $($_.Exception.Message)"
        return $false
    }
}
