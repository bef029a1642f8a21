function Write-HvoTranscriptWarning {
    <#
    .SYNOPSIS
        Warns if a policy makes this host write transcripts.
    .DESCRIPTION
        Transcripts would hold every job and grow with every inventory. They hold no secret: jobs carry sealed data only.
    #>
    [CmdletBinding()]
    param()
    $policy = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\PowerShell\Transcription'
    $setting = Get-ItemProperty -Path $policy -Name 'EnableTranscripting' -ErrorAction SilentlyContinue
    if ($null -ne $setting -and $setting.EnableTranscripting -eq 1) {
        Write-Warning -Message ('A policy (Turn on PowerShell Transcription) makes this host write transcripts of every session, the ' +
            'endpoint''s too. No secret gets into them, but they grow with every inventory, one a minute.')
    }
}
